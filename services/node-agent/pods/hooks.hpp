#pragma once
#include <chrono>
#include <string>
#include "api/types/core_v1.hpp"
#include "base/async.hpp"
#include "node-agent/pods/pod_host.hpp"

namespace node_agent::pods {

/// Runs a postStart or preStop handler of a container. An HTTP hook counts as done when it was answered,
/// whatever the answer. Errors: what went wrong, for the event; deadline_exceeded after `timeout`.
/// Source: "Container Lifecycle Hooks".
base::Awaitable<base::Result<void>> run_hook(base::Executor ex, PodHost& host,
                                             api::core::v1::LifecycleHandler handler,
                                             api::core::v1::Container container, std::string container_id,
                                             std::string pod_ip, std::chrono::seconds timeout);

}  // namespace node_agent::pods
