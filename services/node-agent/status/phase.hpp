#pragma once
#include <string>
#include <vector>
#include "api/types/core_v1.hpp"

namespace node_agent::status {

/// The phase of a pod: Pending, Running, Succeeded or Failed. `spec` gives the restart policy and which
/// containers there are; the lists hold their statuses. `terminal`: the pod is ending for good (deleted, or
/// over its deadline), nothing of it will be started again.
/// Source: "Pod Lifecycle", pod phase.
std::string pod_phase(const api::core::v1::PodSpec& spec,
                      const std::vector<api::core::v1::ContainerStatus>& init_statuses,
                      const std::vector<api::core::v1::ContainerStatus>& statuses, bool terminal);

/// True once every container's turn has come: the init containers are done, sidecars started.
bool initialized(const api::core::v1::PodSpec& spec,
                 const std::vector<api::core::v1::ContainerStatus>& init_statuses,
                 const std::vector<api::core::v1::ContainerStatus>& statuses);

}  // namespace node_agent::status
