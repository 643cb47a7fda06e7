#pragma once
#include <functional>
#include <string>
#include "base/async.hpp"
#include "http/server.hpp"
#include "node-agent/logs/log_format.hpp"

namespace node_agent::logs {

/// Whether the container still runs: a followed log ends with it.
using StillRunning = std::function<base::Awaitable<bool>()>;

/// Answers a log request from the file at `path`: at once all there is, and with `follow` what comes, until
/// the container has ended and everything was sent. Blocking reads go to `pool`. Errors (nothing was sent
/// yet, the caller answers): not_found.
base::Awaitable<base::Result<void>> send_log(http::Exchange& exchange, base::Executor pool, std::string path,
                                             LogOptions options, StillRunning still_running);

}  // namespace node_agent::logs
