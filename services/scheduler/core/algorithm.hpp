#pragma once
#include <cstdint>
#include <random>
#include <string>
#include <vector>
#include "scheduler/core/nominations.hpp"
#include "scheduler/framework/framework.hpp"

namespace scheduler {

/// What one attempt came to.
struct Decision {
  std::string node;                 ///< Empty: none.
  std::string nominated;            ///< A node on which preemption makes room.
  bool drop_nomination = false;     ///< One of before no longer holds.
  std::vector<PodInfoPtr> victims;  ///< Who has to go from `nominated`.
  bool error = false;               ///< Something broke, as opposed to no node fitting.
  std::string message;              ///< Why there is no node, in upstream's words.
  std::set<std::string> rejected_by;
  int evaluated = 0, feasible = 0;
};

/// Finds a node for a pod: which fit, then which of them is best. Pure but for the order of equals, which a
/// seeded generator breaks. Belongs to one strand.
class Algorithm {
 public:
  /// `percentage`: of the nodes, how many that fit are enough; 0: by the size of the cluster (50 % down to 5
  /// %).
  Algorithm(const Framework& framework, int percentage, std::uint64_t seed);
  /// `nominations`: pods for which room is being made; nobody of lower priority may take it.
  Decision schedule(CycleState& state, const PodInfo& pod, const Snapshot& nodes,
                    const Nominations& nominations);

  /// How many fitting nodes are enough out of `nodes` (at least 100, or all).
  static std::size_t enough(std::size_t nodes, int percentage);

 private:
  Status find_feasible(CycleState& state, const PodInfo& pod, const Snapshot& nodes,
                       const Nominations& nominations, NodeStatuses& refused,
                       std::vector<const NodeInfo*>& feasible);
  Status filter(const CycleState& state, const PodInfo& pod, const NodeInfo& node,
                const Nominations& nominations);
  const NodeInfo* best(const std::vector<const NodeInfo*>& nodes, const std::vector<std::int64_t>& scores);

  const Framework& framework_;
  int percentage_;
  std::size_t next_ = 0;  ///< Where the next search begins, so that all nodes get their turn.
  std::mt19937_64 random_;
};

/// "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) were unschedulable."
std::string no_fit_message(std::size_t nodes, const std::string& pre_filter, const NodeStatuses& refused,
                           const std::string& post_filter);

}  // namespace scheduler
