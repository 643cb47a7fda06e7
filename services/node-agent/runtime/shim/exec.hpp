#pragma once
#include <string>
#include <vector>
#include "node-agent/runtime/shim/spec.hpp"

namespace node_agent::shim {

/// Becomes the command, or says in runc's words why not. `environment` has PATH.
StartFailure execute(const std::vector<std::string>& arguments, const std::vector<std::string>& environment);

}  // namespace node_agent::shim
