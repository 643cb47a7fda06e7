#pragma once
#include <string>

namespace node_agent::shim {

/// `process-shim end DIRECTORY`: ends every container and sandbox a process runtime left running in its
/// directory, without an agent: SIGTERM, and three seconds later SIGKILL. Returns 0 when nothing runs there
/// afterwards.
int run_end(const std::string& directory);

}  // namespace node_agent::shim
