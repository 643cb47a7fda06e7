#pragma once
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>
#include <memory>
#include "node-agent/runtime/process_stream.hpp"

namespace node_agent {

/// Runs `work` on `strand` and brings its result to the caller's executor. Cancelling the caller cancels it.
template <class T>
base::Awaitable<T> on_strand(base::Executor strand, std::function<base::Awaitable<T>()> work) {
  co_return co_await boost::asio::co_spawn(strand, std::move(work), boost::asio::use_awaitable);
}

/// `stream`, which belongs to `strand`, for use from another one.
std::shared_ptr<runtime::ProcessStream> from_elsewhere(base::Executor strand,
                                                       std::shared_ptr<runtime::ProcessStream> stream);

}  // namespace node_agent
