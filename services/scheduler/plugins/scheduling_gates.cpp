#include "scheduler/plugins/registry.hpp"

namespace scheduler::plugins {

namespace {

/// Keeps pods with spec.schedulingGates out of the queue until the last gate is gone.
class SchedulingGates final : public PreEnqueuePlugin {
 public:
  std::string_view name() const noexcept override { return "SchedulingGates"; }
  Status pre_enqueue(const PodInfo& pod) const override {
    const auto& gates = pod.pod->spec.scheduling_gates;
    if (gates.empty()) return {};
    std::string names;
    for (const auto& g : gates)
      names += (names.empty() ? "" : " ") + g.name;
    return {Code::unschedulable_and_unresolvable, "waiting for scheduling gates: [" + names + "]"};
  }
  std::vector<EventHint> events() const override {
    return {{EventResource::unscheduled_pod, action::update_pod_gates, nullptr}};
  }
};

}  // namespace

std::unique_ptr<Plugin> make_scheduling_gates(const PluginContext&) {
  return std::make_unique<SchedulingGates>();
}

}  // namespace scheduler::plugins
