#pragma once
#include <memory>
#include "base/async.hpp"
#include "http/websocket.hpp"
#include "node-agent/server/channels.hpp"
#include "node-agent/server/exec_request.hpp"

namespace node_agent::server {

/// Carries exec and attach between a WebSocket and a process until the process ends (its Status goes out on
/// the error channel) or the client goes (the process is abandoned). Both belong to `ex`, the caller's
/// executor.
base::Awaitable<void> serve_process(base::Executor ex, std::shared_ptr<http::WebSocket> socket,
                                    std::shared_ptr<ProcessStream> process, ExecRequest request);

/// Carries connections to `ports` of a pod: channels 2i (data) and 2i+1 (errors) for the i-th, each begun by
/// the port as two bytes, low byte first. Null streams are ports that could not be reached; `errors` says
/// why.
base::Awaitable<void> serve_port_forward(base::Executor ex, std::shared_ptr<http::WebSocket> socket,
                                         std::vector<std::uint16_t> ports,
                                         std::vector<std::shared_ptr<ProcessStream>> streams,
                                         std::vector<std::string> errors);

}  // namespace node_agent::server
