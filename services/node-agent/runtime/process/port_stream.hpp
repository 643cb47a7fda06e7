#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include "base/async.hpp"
#include "node-agent/runtime/process_stream.hpp"

namespace node_agent::runtime {

/// A connection to a port of a pod: `netns_pid` is a process in the pod's network namespace, in which it goes
/// to localhost; 0: from here, to `address`. Errors: unavailable (nobody listens), internal.
base::Awaitable<base::Result<std::shared_ptr<ProcessStream>>> connect_to_port(
    base::Executor ex, base::Executor pool, std::string address, std::int64_t netns_pid, std::uint16_t port);

}  // namespace node_agent::runtime
