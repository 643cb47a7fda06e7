#pragma once
#include <cstdint>
#include "api/types/core_v1.hpp"

namespace scheduler {

/// What changed in a node that plugins may care about, as action bits. Heartbeats change nothing.
std::uint32_t node_changes(const api::core::v1::Node& old, const api::core::v1::Node& now);
/// What changed in a pod that plugins may care about, as action bits.
std::uint32_t pod_changes(const api::core::v1::Pod& old, const api::core::v1::Pod& now);

}  // namespace scheduler
