#include <algorithm>
#include <cmath>
#include "scheduler/plugins/registry.hpp"
#include "scheduler/plugins/resource_view.hpp"

namespace scheduler::plugins {

namespace {

/// Prefers nodes whose resources would be used to the same degree: 100 less the deviation of the shares.
class BalancedAllocation final : public PreScorePlugin, public ScorePlugin {
 public:
  explicit BalancedAllocation(const PluginContext& c) : resources_(view_of(c.balanced_resources)) {}
  std::string_view name() const noexcept override { return "NodeResourcesBalancedAllocation"; }

  /// A pod that asks for nothing changes no balance.
  Status pre_score(CycleState&, const PodInfo& pod, const std::vector<const NodeInfo*>&) const override {
    const bool asks = std::any_of(resources_.begin(), resources_.end(),
                                  [&](const ResourceView& r) { return r.of(pod.requests) > 0; });
    return asks ? Code::success : Code::skip;
  }
  std::int64_t score(const CycleState&, const PodInfo& pod, const NodeInfo& node) const override {
    double sum = 0, squares = 0;
    int n = 0;
    for (const auto& r : resources_) {
      const auto have = r.of(node.allocatable);
      const auto asked = r.of(pod.requests);
      if (have == 0 || (r.scalar() && asked == 0)) continue;
      const double share =
          std::min(1.0, static_cast<double>(r.of(node.requested) + asked) / static_cast<double>(have));
      sum += share;
      squares += share * share;
      ++n;
    }
    if (n == 0) return score_max;
    const double mean = sum / n;
    const double deviation = std::sqrt(std::max(0.0, squares / n - mean * mean));
    return static_cast<std::int64_t>((1 - deviation) * score_max);
  }

 private:
  std::vector<ResourceView> resources_;
};

}  // namespace

std::unique_ptr<Plugin> make_balanced_allocation(const PluginContext& c) {
  return std::make_unique<BalancedAllocation>(c);
}

}  // namespace scheduler::plugins
