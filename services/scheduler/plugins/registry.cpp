#include "scheduler/plugins/registry.hpp"

namespace scheduler {

std::span<const PluginEntry> plugin_registry() noexcept {
  using namespace plugins;
  static constexpr PluginEntry entries[] = {
      {"SchedulingGates", 0, make_scheduling_gates},
      {"PrioritySort", 0, make_priority_sort},
      {"NodeUnschedulable", 0, make_node_unschedulable},
      {"NodeName", 0, make_node_name},
      {"TaintToleration", 3, make_taint_toleration},
      {"NodeAffinity", 2, make_node_affinity},
      {"NodePorts", 0, make_node_ports},
      {"NodeResourcesFit", 1, make_node_resources_fit},
      {"DefaultPreemption", 0, make_default_preemption},
      {"NodeResourcesBalancedAllocation", 1, make_balanced_allocation},
      {"DefaultBinder", 0, make_default_binder},
  };
  return entries;
}

}  // namespace scheduler
