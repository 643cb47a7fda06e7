#pragma once
#include <string>

namespace node_agent::shim {

/// `process-shim pause DIRECTORY`: holds the namespaces of a sandbox (PauseSpec) until it is killed. The
/// directory's `state` says who it is (Records: pid, start_ticks, boot_id); the handshake at descriptor 3
/// says `pid`, or `message` when it could not be done.
int run_pause(const std::string& directory);

/// `process-shim probe DIRECTORY`: prints how far containers can be isolated here, by doing it; see
/// Isolation.
int run_probe(const std::string& directory);

}  // namespace node_agent::shim
