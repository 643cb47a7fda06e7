#pragma once
#include <string>
#include <vector>
#include "api/types/core_v1.hpp"
#include "base/clock.hpp"

namespace node_agent::status {

/// The five conditions the node answers for (PodReadyToStartContainers, Initialized, Ready, ContainersReady,
/// PodScheduled), in upstream's order, without times. `status` has phase and container statuses filled in;
/// `pod` gives readiness gates and the conditions others set. `sandbox_ready`: there is one, with its
/// network.
std::vector<api::core::v1::PodCondition> pod_conditions(const api::core::v1::Pod& pod,
                                                        const api::core::v1::PodStatus& status,
                                                        bool sandbox_ready);

/// `fresh` merged into `known`: conditions of other owners are kept, lastTransitionTime only moves when a
/// status changes, and then to `now`.
std::vector<api::core::v1::PodCondition> merge_conditions(
    const std::vector<api::core::v1::PodCondition>& known, std::vector<api::core::v1::PodCondition> fresh,
    base::SystemTime now);

}  // namespace node_agent::status
