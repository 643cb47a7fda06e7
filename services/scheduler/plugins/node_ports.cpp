#include <algorithm>
#include "scheduler/plugins/registry.hpp"

namespace scheduler::plugins {

namespace {

/// Refuses nodes on which a host port of the pod is taken.
class NodePorts final : public PreFilterPlugin, public FilterPlugin {
 public:
  std::string_view name() const noexcept override { return "NodePorts"; }
  Status pre_filter(CycleState&, const PodInfo& pod, const Snapshot&, NodeNames&) const override {
    return pod.ports.empty() ? Code::skip : Code::success;
  }
  Status filter(const CycleState&, const PodInfo& pod, const NodeInfo& node) const override {
    if (!conflicts(pod.ports, node.ports)) return {};
    return {Code::unschedulable, "node(s) didn't have free ports for the requested pod ports"};
  }
  std::vector<EventHint> events() const override {
    auto frees = [](const PodInfo& pod, const ClusterEvent& e) {
      return e.old_pod && conflicts(pod.ports, host_ports_of(*e.old_pod));
    };
    return {{EventResource::assigned_pod, action::remove, frees},
            {EventResource::node, action::add, nullptr}};
  }

 private:
  static bool conflicts(const std::vector<HostPort>& wanted, const std::vector<HostPort>& taken) {
    return std::any_of(wanted.begin(), wanted.end(), [&](const HostPort& w) {
      return std::any_of(taken.begin(), taken.end(), [&](const HostPort& t) { return w.conflicts(t); });
    });
  }
};

}  // namespace

std::unique_ptr<Plugin> make_node_ports(const PluginContext&) {
  return std::make_unique<NodePorts>();
}

}  // namespace scheduler::plugins
