#pragma once
#include "controllers/workload/pod.hpp"

namespace controllers::workload {

/// The `count` pods of `pods` to delete first when a set shrinks. Upstream's order, earlier means deleted
/// sooner: not assigned to a node; Pending before Unknown before Running; not ready; lower
/// controller.kubernetes.io/pod-deletion-cost (KEP-2255); more `related` active pods on the same node; ready
/// for a shorter time; more container restarts; younger. Both times are compared as powers of two (KEP-2185).
/// The last tie is broken by uid and name, so equal inputs give equal outputs. (Upstream compares uids as
/// soon as two ready times fall into one power, before restarts, which is no ordering: with a third pod the
/// three can form a circle.) `related`: active pods of all the sets of the same owner, these included.
std::vector<PodPtr> pods_to_delete(std::vector<PodPtr> pods, const std::vector<PodPtr>& related,
                                   std::size_t count, base::SystemTime now);

/// The annotation's value; 0 where it is absent or not a 32-bit integer.
std::int32_t deletion_cost(const Pod& pod) noexcept;

}  // namespace controllers::workload
