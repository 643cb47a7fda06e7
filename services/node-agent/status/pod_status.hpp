#pragma once
#include <map>
#include <optional>
#include <string>
#include "api/types/core_v1.hpp"
#include "base/clock.hpp"
#include "node-agent/status/pod_view.hpp"

namespace node_agent::status {

/// Everything the status of a pod is made of. Ordered maps: equal inputs give equal statuses.
struct PodStatusInput {
  api::core::v1::Pod pod;  ///< As the API has it, with its last known status.
  PodView view;
  std::map<std::string, WaitingReason> waiting;  ///< Why containers are not running; by container name.
  std::map<std::string, Readiness> readiness;    ///< What the probes say of running containers.
  /// The pod has been given up by the node (admission, deadline, eviction): its phase is Failed.
  std::optional<WaitingReason> failure;
  bool terminal = false;  ///< Nothing of it will be started again.
  bool finished = false;  ///< Terminal, and everything of it has ended.
  std::string host_ip;
};

/// The status to report, complete: what the node does not answer for is taken from the last known one.
/// Pure. Source of the rules: "Pod Lifecycle" and the API reference of PodStatus.
api::core::v1::PodStatus generate_pod_status(const PodStatusInput& in, base::SystemTime now);

/// "Guaranteed", "Burstable" or "BestEffort". Source: "Pod Quality of Service Classes".
std::string qos_class(const api::core::v1::PodSpec& spec);

/// True for the phases a pod never leaves.
bool is_terminal_phase(const std::string& phase) noexcept;

}  // namespace node_agent::status
