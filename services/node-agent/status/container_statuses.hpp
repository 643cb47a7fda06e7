#pragma once
#include <map>
#include <string>
#include <vector>
#include "api/types/core_v1.hpp"
#include "node-agent/status/pod_view.hpp"

namespace node_agent::status {

/// True for an init container with restartPolicy Always (KEP-753, sidecar containers).
bool is_sidecar(const api::core::v1::Container& container) noexcept;

struct ContainerStatusInput {
  const api::core::v1::Pod* pod = nullptr;  ///< Its status is the last one known to the API.
  const PodView* view = nullptr;
  const std::map<std::string, WaitingReason>* waiting = nullptr;  ///< By container name.
  const std::map<std::string, Readiness>* readiness = nullptr;    ///< Of running containers; by name.
};

/// The status of each of `containers` (the pod's containers or init containers), in their order.
///
/// A container the runtime knows nothing of keeps what the API knew if it had ended; if it was running it is
/// reported as ended with ContainerStatusUnknown in its last state. Source: the API reference of
/// ContainerStatus, and the kubelet's conversion.
std::vector<api::core::v1::ContainerStatus> container_statuses(
    const ContainerStatusInput& in, const std::vector<api::core::v1::Container>& containers,
    bool init_containers);

/// For a pod that has ended: what still says waiting or running is turned into terminated (exit code 137,
/// ContainerStatusUnknown), as nothing of it is left.
void terminate_unfinished(std::vector<api::core::v1::ContainerStatus>& statuses);

}  // namespace node_agent::status
