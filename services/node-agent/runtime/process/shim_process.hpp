#pragma once
#include <string>
#include "base/error.hpp"
#include "node-agent/runtime/shim/records.hpp"
#include "node-agent/runtime/shim/spec.hpp"

/// Starting process-shim. All calls block.
namespace node_agent::runtime {

/// The executable: `given`, or "process-shim" beside our own. Error: not_found.
base::Result<std::string> find_shim(const std::string& given);
/// How far containers can be isolated here, tried out in `directory`. Error: internal.
base::Result<shim::Isolation> probe_isolation(const std::string& shim, const std::string& directory);
/// Starts `process-shim VERB DIRECTORY`, which goes on without us, and gives back what it says of its start.
/// Errors: internal; deadline_exceeded after a minute.
base::Result<shim::Records> start_shim(const std::string& shim, const std::string& verb,
                                       const std::string& directory);

}  // namespace node_agent::runtime
