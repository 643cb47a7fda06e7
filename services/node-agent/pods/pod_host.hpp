#pragma once
#include <chrono>
#include <map>
#include <string>
#include <vector>
#include "api/types/core_v1.hpp"
#include "base/async.hpp"
#include "node-agent/probes/network_probe.hpp"
#include "node-agent/status/pod_view.hpp"

namespace node_agent::pods {

/// What could not be done for a container, as its status shows it.
struct StartFailure {
  status::WaitingReason
      waiting;  ///< CreateContainerConfigError, CreateContainerError, RunContainerError, ...
};

/// What stands in the way of a pod: the event to write about it.
struct HostFailure {
  std::string reason;  ///< "FailedMount", "FailedCreatePodSandBox", ...
  std::string message;
};

struct ExecOutput {
  int exit_code = 0;
  std::string output;  ///< stdout and stderr, cut at 10 KiB.
};

/// Of a pod found on this machine.
struct PodIdentity {
  std::string uid, ns, name;
};

/// Everything a pod's worker does to the machine: the runtime, volumes and environment behind one interface,
/// so that a worker can be tested without them. Belongs to the node's strand. Arguments are shared or values:
/// the worker may have moved on when a call ends.
class PodHost {
 public:
  using PodPtr = std::shared_ptr<const api::core::v1::Pod>;
  virtual ~PodHost() = default;

  /// What is there of the pod. Error: the runtime cannot tell now.
  virtual base::Awaitable<base::Result<status::PodView>> look(std::string pod_uid) = 0;
  /// Directories and volumes; called before each start and in every round, quick when nothing changed: files
  /// of running containers follow what they are made from. Empty reason: done.
  virtual base::Awaitable<HostFailure> prepare(PodPtr pod) = 0;
  virtual base::Awaitable<HostFailure> create_sandbox(PodPtr pod, int attempt) = 0;
  /// Creates and starts `container` (of spec.containers or spec.initContainers) in `sandbox`; its id in `id`
  /// also when only the start failed. Empty reason: it runs. Writes the events about the image.
  struct Started {
    std::string id;
    status::WaitingReason failure;
    std::string error;  ///< What the Failed event says, when that is not the failure's message.
  };
  virtual base::Awaitable<Started> start_container(PodPtr pod, api::core::v1::Container container,
                                                   status::SandboxView sandbox, int restart_count) = 0;
  /// SIGTERM (or the stop signal), then SIGKILL after `grace`. Returns when the container has ended.
  virtual base::Awaitable<base::Result<void>> stop_container(std::string container_id,
                                                             std::chrono::seconds grace) = 0;
  virtual base::Awaitable<base::Result<void>> remove_container(std::string container_id) = 0;
  virtual base::Awaitable<base::Result<void>> stop_sandbox(std::string sandbox_id) = 0;
  /// After everything has ended: sandboxes, containers, volumes and directories of the pod are gone then.
  virtual base::Awaitable<base::Result<void>> clean_up(std::string pod_uid) = 0;
  virtual base::Awaitable<base::Result<ExecOutput>> exec(std::string container_id,
                                                         std::vector<std::string> command,
                                                         std::chrono::seconds timeout) = 0;
  /// Pods of which anything is on this machine.
  virtual base::Awaitable<base::Result<std::vector<PodIdentity>>> pods_present() = 0;
};

}  // namespace node_agent::pods
