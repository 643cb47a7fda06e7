#pragma once
#include <optional>
#include <string>
#include <vector>
#include "api/types/apps_v1.hpp"
#include "controllers/workload/pod.hpp"

/// The loop that keeps a number of pods alive, for ReplicaSets and (as an adapter) ReplicationControllers.
namespace controllers::replicaset {

using api::apps::v1::ReplicaSet;
using api::apps::v1::ReplicaSetStatus;
using workload::PodPtr;

/// The most pods created or deleted in one go.
inline constexpr int burst_max = 500;

struct Plan {
  int create = 0;
  std::vector<PodPtr> remove;
};
/// `active`: the set's own pods; `related`: active pods of all sets of the same owner, for the order of
/// deletion.
Plan plan_replicas(std::int32_t wanted, const std::vector<PodPtr>& active, const std::vector<PodPtr>& related,
                   base::SystemTime now);

/// 1, 2, 4 ... adding up to `count`: a set whose pods are all refused costs few requests.
std::vector<int> slow_start_batches(int count);

/// Why the last creations or deletions failed.
struct Failure {
  std::string reason;  ///< FailedCreate or FailedDelete.
  std::string message;
};
ReplicaSetStatus next_status(const ReplicaSet& rs, const std::vector<PodPtr>& active,
                             const std::vector<PodPtr>& terminating, const std::optional<Failure>& failure,
                             base::SystemTime now);

/// When the next ready pod becomes available by minReadySeconds.
std::optional<std::chrono::nanoseconds> recheck_after(const ReplicaSet& rs, const std::vector<PodPtr>& active,
                                                      base::SystemTime now);

}  // namespace controllers::replicaset
