#pragma once
#include <cstddef>
#include <map>
#include <string>
#include <vector>
#include "api/types/core_v1.hpp"
#include "node-agent/status/pod_view.hpp"

/// The decision of a pod's worker, as a pure function of the spec and what runs. Back-off is not part of it:
/// the worker asks its RestartBackoff before it starts what is listed here.
namespace node_agent::pods {

struct KillContainer {
  std::string container_id, name;
  std::string message;                                   ///< Of the Killing event.
  bool failed_startup = false, failed_liveness = false;  ///< Which probe's grace period applies.
  friend bool operator==(const KillContainer&, const KillContainer&) = default;
};

/// In this order: kill, create the sandbox, start the init container, start the containers.
struct PodActions {
  /// Everything is to be stopped, the sandbox too. With `create_sandbox` to begin anew, else for good.
  bool kill_pod = false;
  bool create_sandbox = false;
  int sandbox_attempt = 0;
  std::vector<KillContainer> to_kill;
  std::vector<std::size_t> init_to_start;  ///< Into spec.initContainers.
  std::vector<std::size_t> to_start;       ///< Into spec.containers.
  friend bool operator==(const PodActions&, const PodActions&) = default;
};

/// What to do next for a pod that is to run. `readiness`: what the probes say of running containers.
/// Source: the kubelet's computePodActions; KEP-753 for sidecars.
PodActions compute_pod_actions(const api::core::v1::Pod& pod, const status::PodView& view,
                               const std::map<std::string, status::Readiness>& readiness);

/// Hash of what a running container cannot take over when it changes: its name and image. Hex, and the same
/// in every build.
std::string spec_hash(const api::core::v1::Container& container);

/// True if the restart policy (the container's own for sidecars) starts `container` again. `latest` null: it
/// never ran.
bool should_restart(const api::core::v1::Pod& pod, const api::core::v1::Container& container,
                    const status::ContainerView* latest);

}  // namespace node_agent::pods
