#pragma once
#include "base/runtime.hpp"
#include "node-agent/service/options.hpp"

namespace node_agent {

/// The daemon from start to shutdown. Returns the process's exit code: 1 if it could not start. Pods go on
/// running after it.
base::Awaitable<int> run_daemon(base::Runtime& runtime, const AgentOptions& options);

}  // namespace node_agent
