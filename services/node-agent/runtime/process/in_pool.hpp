#pragma once
#include <functional>
#include <optional>
#include "base/async.hpp"

namespace node_agent::runtime {

/// Runs blocking `work` on `pool`; its result, on the caller's executor.
template <class T>
base::Awaitable<T> in_pool(base::Executor pool, std::function<T()> work) {
  std::optional<T> out;
  std::function<void()> job = [&out, &work] { out.emplace(work()); };
  co_await base::run_blocking(std::move(pool), std::move(job));
  co_return std::move(*out);
}

}  // namespace node_agent::runtime
