#pragma once
#include <cstdint>
#include <functional>
#include <string_view>
#include "scheduler/framework/node_info.hpp"

namespace scheduler {

enum class EventResource { node, assigned_pod, unscheduled_pod };

/// What may happen to a resource, as bits.
namespace action {
inline constexpr std::uint32_t add = 1, remove = 2;
inline constexpr std::uint32_t update_node_allocatable = 4, update_node_label = 8, update_node_taint = 16;
inline constexpr std::uint32_t update_node_condition = 32, update_node_annotation = 64;
inline constexpr std::uint32_t update_pod_label = 128, update_pod_scale_down = 256, update_pod_gates = 512;
inline constexpr std::uint32_t update_pod_tolerations = 1024;
inline constexpr std::uint32_t all = ~0u;
}  // namespace action

/// One thing that happened, with the objects before and after (null where there is none).
struct ClusterEvent {
  EventResource resource;
  std::uint32_t actions = 0;
  std::string_view label;  ///< Upstream's name, for metrics: "NodeAdd", "AssignedPodDelete".
  NodePtr old_node = nullptr, node = nullptr;
  PodPtr old_pod = nullptr, pod = nullptr;
};

/// Events a plugin wants to hear of, and whether one is worth another try of `rejected`; no function: always.
struct EventHint {
  EventResource resource;
  std::uint32_t actions;
  std::function<bool(const PodInfo& rejected, const ClusterEvent& event)> worth;
};

}  // namespace scheduler
