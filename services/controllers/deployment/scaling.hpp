#pragma once
#include "base/error.hpp"
#include "controllers/deployment/replica_sets.hpp"

namespace controllers::deployment {

/// A ReplicaSet that gets a new size (or, with `to` as it is, new annotations only).
struct ScaleStep {
  std::shared_ptr<const ReplicaSet> set;
  std::int32_t to = 0;
};

/// How many pods a rolling update may have above and miss below spec.replicas.
/// maxSurge rounds up, maxUnavailable down; both 0 becomes maxUnavailable 1; maxUnavailable is at most
/// spec.replicas.
struct Fenceposts {
  std::int32_t surge = 0, unavailable = 0;
};
Fenceposts fenceposts(const Deployment& d);

bool is_rolling(const Deployment& d) noexcept;

/// The size the current ReplicaSet (at present `size`) may have now, given the pods of all sets together.
std::int32_t next_current_size(const Deployment& d, std::int32_t size, std::int32_t pods_of_all);

/// One step of a rolling update: first grow (or shrink) the current set; only when it cannot move, take from
/// the old ones, their unhealthy pods first. Never below the minimum that must stay available. `sets.current`
/// is not null.
std::vector<ScaleStep> plan_rolling(const Deployment& d, const ReplicaSets& sets);

/// spec.replicas changed (or the Deployment is paused): one active set takes the size; a saturated current
/// set empties the old ones; else the change is spread over the active sets in proportion to their sizes,
/// what is left over going to the largest.
std::vector<ScaleStep> plan_resize(const Deployment& d, const ReplicaSets& sets);

/// True when an active set was sized for another spec.replicas.
bool needs_resize(const Deployment& d, const ReplicaSets& sets);

}  // namespace controllers::deployment
