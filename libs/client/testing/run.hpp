#pragma once
#include <chrono>
#include <functional>
#include "base/async.hpp"

namespace client::testing {

/// Runs `body` on a fresh single-threaded io_context and returns when it has returned. Throws
/// std::runtime_error if it had not ended after `limit`, or what `body` threw. Work still pending elsewhere
/// on that context is dropped.
void run(std::function<base::Awaitable<void>(base::Executor)> body,
         std::chrono::milliseconds limit = std::chrono::seconds(20));

/// Until `condition` holds, polled every millisecond; false after `limit`.
base::Awaitable<bool> eventually(std::function<bool()> condition,
                                 std::chrono::milliseconds limit = std::chrono::seconds(5));

}  // namespace client::testing
