#include "scheduler/plugins/registry.hpp"

namespace scheduler::plugins {

namespace {

/// A pod that names its node goes there or nowhere.
class NodeName final : public FilterPlugin {
 public:
  std::string_view name() const noexcept override { return "NodeName"; }
  Status filter(const CycleState&, const PodInfo& pod, const NodeInfo& node) const override {
    const auto& wanted = pod.pod->spec.node_name;
    if (wanted.empty() || wanted == node.name()) return {};
    return {Code::unschedulable_and_unresolvable, "node(s) didn't match the requested node name"};
  }
  std::vector<EventHint> events() const override {
    auto worth = [](const PodInfo& pod, const ClusterEvent& e) {
      return e.node && e.node->metadata.name == pod.pod->spec.node_name;
    };
    return {{EventResource::node, action::add, worth}};
  }
};

}  // namespace

std::unique_ptr<Plugin> make_node_name(const PluginContext&) {
  return std::make_unique<NodeName>();
}

}  // namespace scheduler::plugins
