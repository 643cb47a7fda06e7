#include <algorithm>
#include "scheduler/core/algorithm.hpp"
#include "scheduler/core/preemption.hpp"
#include "scheduler/framework/framework.hpp"
#include "scheduler/plugins/registry.hpp"

namespace scheduler::plugins {

namespace {

constexpr std::size_t candidates_min = 100;

/// Makes room for a pod by the leaving of pods of lower priority.
class DefaultPreemption final : public PostFilterPlugin {
 public:
  explicit DefaultPreemption(const PluginContext& c)
      : budgets_(c.disruption_allowances), nominated_(c.nominated_before) {}
  std::string_view name() const noexcept override { return "DefaultPreemption"; }
  void attach(const Framework& framework) override { framework_ = &framework; }

  Status post_filter(CycleState& state, const PodInfo& pod, const Snapshot& nodes,
                     const NodeStatuses& refused, PostFilterResult& result) const override {
    if (auto why = preemption::not_eligible(pod, nodes, refused); !why.empty())
      return {Code::unschedulable, "preemption: " + why};
    NodeStatuses hopeless;
    const auto candidates = find(state, pod, nodes, refused, hopeless);
    if (candidates.empty()) {
      result.hopeless = true;
      return {Code::unschedulable, "preemption: " + no_fit_message(nodes.size(), "", hopeless, "")};
    }
    const auto& chosen = preemption::pick(candidates);
    result.nominated = chosen.node;
    result.victims = chosen.pods;
    return {};
  }

 private:
  std::vector<Victims> find(CycleState& state, const PodInfo& pod, const Snapshot& nodes,
                            const NodeStatuses& refused, NodeStatuses& hopeless) const {
    const auto budgets = budgets_ ? budgets_() : std::vector<DisruptionAllowance>();
    const auto enough = std::max(candidates_min, nodes.size() / 10);
    const preemption::Fits fits = [&](const NodeInfo& node) {
      NodeInfo taken = node;
      if (nominated_)
        for (const auto& p : nominated_(pod, node.name()))
          taken.add_pod(p);
      return framework_->filter(state, pod, taken);
    };
    std::vector<Victims> out;
    // Each pod begins elsewhere, so that not the same nodes suffer always.
    const auto offset = std::hash<std::string>()(pod.uid()) % nodes.size();
    for (std::size_t i = 0; i < nodes.size() && out.size() < enough; ++i) {
      const auto& node = *nodes.nodes()[(offset + i) % nodes.size()];
      const auto status = refused.find(node.name());
      if (status == refused.end() || status->second.code == Code::unschedulable_and_unresolvable) {
        hopeless[node.name()] = {Code::unschedulable_and_unresolvable,
                                 "Preemption is not helpful for scheduling"};
        continue;
      }
      Status why;
      if (auto victims = preemption::select_victims(pod, node, fits, budgets, why))
        out.push_back(std::move(*victims));
      else
        hopeless[node.name()] = why;
    }
    return out;
  }

  std::function<std::vector<DisruptionAllowance>()> budgets_;
  std::function<std::vector<PodInfoPtr>(const PodInfo&, const std::string&)> nominated_;
  const Framework* framework_ = nullptr;
};

}  // namespace

std::unique_ptr<Plugin> make_default_preemption(const PluginContext& c) {
  return std::make_unique<DefaultPreemption>(c);
}

}  // namespace scheduler::plugins
