#pragma once
#include <memory>
#include <string>
#include "base/async.hpp"
#include "node-agent/runtime/runtime.hpp"
#include "node-agent/service/options.hpp"

namespace node_agent {

/// The runtime that --runtime names, for the node `name`. Errors: invalid_argument naming the flag.
base::Result<std::shared_ptr<runtime::Runtime>> make_runtime(const AgentOptions& options,
                                                             const std::string& name, base::Executor strand,
                                                             base::Executor blocking_pool);

}  // namespace node_agent
