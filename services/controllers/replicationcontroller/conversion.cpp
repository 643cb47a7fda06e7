#include "controllers/replicationcontroller/conversion.hpp"

namespace controllers::replicationcontroller {
namespace {

/// The two kinds of condition have the same fields.
template <class To, class From>
std::vector<To> conditions(const std::vector<From>& from) {
  std::vector<To> out;
  for (const auto& c : from) {
    auto& to = out.emplace_back();
    to.type = c.type;
    to.status = c.status;
    to.reason = c.reason;
    to.message = c.message;
    to.last_transition_time = c.last_transition_time;
  }
  return out;
}

/// What both kinds of status have, but for the conditions.
template <class To, class From>
To counts(const From& from) {
  To to;
  to.replicas = from.replicas;
  to.fully_labeled_replicas = from.fully_labeled_replicas;
  to.ready_replicas = from.ready_replicas;
  to.available_replicas = from.available_replicas;
  to.observed_generation = from.observed_generation;
  return to;
}

}  // namespace

ReplicaSet to_replicaset(const ReplicationController& rc) {
  ReplicaSet rs;
  rs.metadata = rc.metadata;
  rs.spec.replicas = rc.spec.replicas;
  rs.spec.min_ready_seconds = rc.spec.min_ready_seconds;
  rs.spec.selector.match_labels = rc.spec.selector;
  rs.spec.template_ = rc.spec.template_;
  rs.status = counts<ReplicaSetStatus>(rc.status);
  rs.status.conditions = conditions<api::apps::v1::ReplicaSetCondition>(rc.status.conditions);
  return rs;
}

ReplicationControllerStatus to_status(const ReplicaSetStatus& status) {
  auto out = counts<ReplicationControllerStatus>(status);
  out.conditions = conditions<api::core::v1::ReplicationControllerCondition>(status.conditions);
  return out;
}

ReplicaSetStatus shown(ReplicaSetStatus status) {
  status.terminating_replicas.reset();
  return status;
}

}  // namespace controllers::replicationcontroller
