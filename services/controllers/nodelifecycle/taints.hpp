#pragma once
#include <map>
#include <string>
#include <vector>
#include "controllers/nodelifecycle/health.hpp"

namespace controllers::nodelifecycle {

using api::core::v1::Taint;

inline constexpr const char* not_ready_taint = "node.kubernetes.io/not-ready";
inline constexpr const char* unreachable_taint = "node.kubernetes.io/unreachable";

/// The node's taints as its conditions and spec.unschedulable want them: of those managed here, NoSchedule
/// ones for each condition that keeps pods away, and one NoExecute (not-ready or unreachable) when `evict`.
/// All others stay.
std::vector<Taint> next_taints(const Node& node, bool evict, base::SystemTime now);

/// Carries one of the two NoExecute taints.
bool is_evicting(const Node& node) noexcept;

/// How the nodes of a zone are doing, and so how fast pods may be evicted from the bad ones.
enum class ZoneState {
  normal,
  partial_disruption,  ///< At least three bad nodes, and at least the threshold's part.
  full_disruption,     ///< No good node.
};
ZoneState zone_state(int ready, int not_ready, double unhealthy_threshold) noexcept;

/// "region:\0:zone" of the node's labels; nodes without them share one zone.
std::string zone_of(const Node& node);

/// Grants one node after the other at a rate that may change; holds at most one grant back. Pure: time is
/// given.
class Pacer {
 public:
  /// True at most once in every 1/`per_second` seconds, the first at once. A rate of 0 grants nothing.
  bool grant(double per_second, base::SystemTime now);

 private:
  std::optional<base::SystemTime> last_;
};

}  // namespace controllers::nodelifecycle
