#include "scheduler/service/changes.hpp"
#include <map>
#include "scheduler/framework/cluster_event.hpp"
#include "scheduler/framework/resources.hpp"

namespace scheduler {

namespace {

std::map<std::string, std::string> condition_states(const api::core::v1::Node& node) {
  std::map<std::string, std::string> out;
  for (const auto& c : node.status.conditions)
    out[c.type] = c.status;
  return out;
}

bool less_in_any(const Resources& now, const Resources& old) {
  if (now.milli_cpu < old.milli_cpu || now.memory < old.memory ||
      now.ephemeral_storage < old.ephemeral_storage)
    return true;
  for (const auto& [name, value] : old.scalar) {
    const auto hit = now.scalar.find(name);
    if (hit == now.scalar.end() || hit->second < value) return true;
  }
  return false;
}

}  // namespace

std::uint32_t node_changes(const api::core::v1::Node& old, const api::core::v1::Node& now) {
  std::uint32_t out = 0;
  if (old.status.allocatable != now.status.allocatable) out |= action::update_node_allocatable;
  if (old.metadata.labels != now.metadata.labels) out |= action::update_node_label;
  if (old.spec.taints != now.spec.taints || old.spec.unschedulable != now.spec.unschedulable)
    out |= action::update_node_taint;
  if (condition_states(old) != condition_states(now)) out |= action::update_node_condition;
  if (old.metadata.annotations != now.metadata.annotations) out |= action::update_node_annotation;
  return out;
}

std::uint32_t pod_changes(const api::core::v1::Pod& old, const api::core::v1::Pod& now) {
  std::uint32_t out = 0;
  if (old.metadata.labels != now.metadata.labels) out |= action::update_pod_label;
  if (old.spec.tolerations != now.spec.tolerations) out |= action::update_pod_tolerations;
  if (now.spec.scheduling_gates.size() < old.spec.scheduling_gates.size()) out |= action::update_pod_gates;
  if (less_in_any(requests_of(now), requests_of(old))) out |= action::update_pod_scale_down;
  return out;
}

}  // namespace scheduler
