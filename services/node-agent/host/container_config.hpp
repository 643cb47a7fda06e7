#pragma once
#include <cstdint>
#include <string>
#include <vector>
#include "api/types/core_v1.hpp"
#include "base/error.hpp"
#include "node-agent/environment/environment.hpp"
#include "node-agent/runtime/runtime.hpp"

/// From the API's Container to the runtime's. Pure.
namespace node_agent::host {

// Where a container says how its last words are to be found, beside it in the runtime (the kubelet's names).
inline constexpr const char* message_path_annotation = "io.kubernetes.container.terminationMessagePath";
inline constexpr const char* message_policy_annotation = "io.kubernetes.container.terminationMessagePolicy";

/// CPU in shares and quota, memory, and how gladly the kernel kills it (`memory_capacity_bytes` of the node;
/// 0: unknown). Source: "Resource management for pods", "Node-pressure eviction: node OOM behavior".
runtime::Resources container_resources(const api::core::v1::Pod& pod,
                                       const api::core::v1::Container& container,
                                       std::int64_t memory_capacity_bytes);

/// Whom a container runs as; -1: as the image says.
struct RunAs {
  std::int64_t user = -1, group = -1;
};
/// By the security contexts of pod and container. `image_user`: who it is that the image says, -1: unknown.
/// Error: invalid_argument when it may not be root and would be.
base::Result<RunAs> run_as(const api::core::v1::Pod& pod, const api::core::v1::Container& container,
                           std::int64_t image_user);

/// The rest of it: names, command, environment, log, hash, annotations. Mounts, resources and user are left.
runtime::ContainerConfig container_config(const api::core::v1::Pod& pod,
                                          const api::core::v1::Container& container, int restart_count,
                                          const environment::Variables& variables);

/// "spec.initContainers{web}" or "spec.containers{web}".
std::string field_path(const api::core::v1::Pod& pod, const std::string& container);

}  // namespace node_agent::host
