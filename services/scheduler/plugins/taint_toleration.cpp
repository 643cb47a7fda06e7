#include "scheduler/framework/normalize.hpp"
#include "scheduler/plugins/registry.hpp"
#include "scheduler/plugins/tolerations.hpp"

namespace scheduler::plugins {

namespace {

/// Refuses nodes with a NoSchedule or NoExecute taint the pod does not tolerate; prefers nodes with fewer
/// PreferNoSchedule taints it does not tolerate.
class TaintToleration final : public FilterPlugin, public ScorePlugin {
 public:
  std::string_view name() const noexcept override { return "TaintToleration"; }
  Status filter(const CycleState&, const PodInfo& pod, const NodeInfo& node) const override {
    if (admits(pod, *node.node)) return {};
    return {Code::unschedulable_and_unresolvable, "node(s) had untolerated taint(s)"};
  }
  std::int64_t score(const CycleState&, const PodInfo& pod, const NodeInfo& node) const override {
    std::int64_t bad = 0;
    for (const auto& taint : node.node->spec.taints)
      bad += taint.effect == "PreferNoSchedule" && !tolerated(pod.pod->spec.tolerations, taint);
    return bad;
  }
  void normalize(std::vector<std::int64_t>& scores) const override { normalize_scores(scores, true); }
  std::vector<EventHint> events() const override {
    auto worth = [](const PodInfo& pod, const ClusterEvent& e) { return e.node && admits(pod, *e.node); };
    return {{EventResource::node, action::add | action::update_node_taint, worth},
            {EventResource::unscheduled_pod, action::update_pod_tolerations, nullptr}};
  }

 private:
  static bool admits(const PodInfo& pod, const api::core::v1::Node& node) {
    for (const auto& taint : node.spec.taints)
      if (taint.effect != "PreferNoSchedule" && !tolerated(pod.pod->spec.tolerations, taint)) return false;
    return true;
  }
};

}  // namespace

std::unique_ptr<Plugin> make_taint_toleration(const PluginContext&) {
  return std::make_unique<TaintToleration>();
}

}  // namespace scheduler::plugins
