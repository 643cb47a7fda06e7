#include "scheduler/plugins/registry.hpp"
#include "scheduler/plugins/tolerations.hpp"

namespace scheduler::plugins {

namespace {

/// Refuses cordoned nodes, unless the pod tolerates the taint that stands for it.
class NodeUnschedulable final : public FilterPlugin {
 public:
  std::string_view name() const noexcept override { return "NodeUnschedulable"; }
  Status filter(const CycleState&, const PodInfo& pod, const NodeInfo& node) const override {
    if (admits(pod, *node.node)) return {};
    return {Code::unschedulable_and_unresolvable, "node(s) were unschedulable"};
  }
  std::vector<EventHint> events() const override {
    auto worth = [](const PodInfo& pod, const ClusterEvent& e) { return e.node && admits(pod, *e.node); };
    return {{EventResource::node, action::add | action::update_node_taint, worth}};
  }

 private:
  static bool admits(const PodInfo& pod, const api::core::v1::Node& node) {
    if (!node.spec.unschedulable.value_or(false)) return true;
    api::core::v1::Taint taint;
    taint.key = "node.kubernetes.io/unschedulable";
    taint.effect = "NoSchedule";
    return tolerated(pod.pod->spec.tolerations, taint);
  }
};

}  // namespace

std::unique_ptr<Plugin> make_node_unschedulable(const PluginContext&) {
  return std::make_unique<NodeUnschedulable>();
}

}  // namespace scheduler::plugins
