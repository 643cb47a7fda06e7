#include "controllers/replicaset/replicas.hpp"
#include <algorithm>
#include "controllers/workload/ranking.hpp"

namespace controllers::replicaset {
namespace {

constexpr const char* failure_type = "ReplicaFailure";

bool has_labels_of(const workload::Pod& pod, const std::map<std::string, std::string>& labels) {
  return std::all_of(labels.begin(), labels.end(), [&](const auto& l) {
    const auto it = pod.metadata.labels.find(l.first);
    return it != pod.metadata.labels.end() && it->second == l.second;
  });
}

/// Zero is left out on the wire.
std::optional<std::int32_t> count(std::int32_t n) {
  return n == 0 ? std::nullopt : std::optional(n);
}

}  // namespace

Plan plan_replicas(std::int32_t wanted, const std::vector<PodPtr>& active, const std::vector<PodPtr>& related,
                   base::SystemTime now) {
  const auto have = static_cast<std::int64_t>(active.size());
  Plan plan;
  if (have < wanted) plan.create = static_cast<int>(std::min<std::int64_t>(wanted - have, burst_max));
  if (have > wanted) {
    const auto surplus = std::min<std::int64_t>(have - wanted, burst_max);
    plan.remove = workload::pods_to_delete(active, related, static_cast<std::size_t>(surplus), now);
  }
  return plan;
}

std::vector<int> slow_start_batches(int count) {
  std::vector<int> batches;
  for (int size = 1; count > 0; size *= 2) {
    batches.push_back(std::min(size, count));
    count -= batches.back();
  }
  return batches;
}

ReplicaSetStatus next_status(const ReplicaSet& rs, const std::vector<PodPtr>& active,
                             const std::vector<PodPtr>& terminating, const std::optional<Failure>& failure,
                             base::SystemTime now) {
  const std::map<std::string, std::string> none;
  const auto& labels = rs.spec.template_ ? rs.spec.template_->metadata.labels : none;
  std::int32_t fully_labeled = 0, ready = 0, available = 0;
  for (const auto& pod : active) {
    fully_labeled += has_labels_of(*pod, labels);
    ready += workload::is_ready(*pod);
    available += workload::is_available(*pod, rs.spec.min_ready_seconds.value_or(0), now);
  }
  ReplicaSetStatus s;
  s.replicas = static_cast<std::int32_t>(active.size());
  s.fully_labeled_replicas = count(fully_labeled);
  s.ready_replicas = count(ready);
  s.available_replicas = count(available);
  s.terminating_replicas = static_cast<std::int32_t>(terminating.size());
  s.observed_generation = rs.metadata.generation;
  s.conditions = rs.status.conditions;
  const auto held = std::find_if(s.conditions.begin(), s.conditions.end(),
                                 [](const auto& c) { return c.type == failure_type; });
  if (!failure && held != s.conditions.end()) s.conditions.erase(held);
  if (failure && held == s.conditions.end()) {
    auto& c = s.conditions.emplace_back();
    c.type = failure_type;
    c.status = "True";
    c.reason = failure->reason;
    c.message = failure->message;
    c.last_transition_time = api::Time{std::chrono::floor<std::chrono::seconds>(now)};
  }
  return s;
}

std::optional<std::chrono::nanoseconds> recheck_after(const ReplicaSet& rs, const std::vector<PodPtr>& active,
                                                      base::SystemTime now) {
  std::optional<std::chrono::nanoseconds> soonest;
  const auto min_ready = rs.spec.min_ready_seconds.value_or(0);
  if (min_ready == 0) return soonest;
  for (const auto& pod : active)
    if (const auto at = workload::available_at(*pod, min_ready, now))
      soonest =
          std::min<std::chrono::nanoseconds>(soonest.value_or(std::chrono::nanoseconds::max()), *at - now);
  return soonest;
}

}  // namespace controllers::replicaset
