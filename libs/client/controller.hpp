#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include "base/async.hpp"
#include "client/work_queue.hpp"

namespace client {

/// What reconcile wants next; an error instead means "again, later, slower".
struct ReconcileResult {
  std::optional<std::chrono::nanoseconds> requeue_after;
};

/// The one runner of every control loop: a queue, workers, and a level-triggered idempotent `reconcile(key)`.
/// Belongs to one strand.
class ControllerRunner {
 public:
  using Reconcile = std::function<base::Awaitable<base::Result<ReconcileResult>>(std::string key)>;
  ControllerRunner(base::Executor strand, std::string name, int workers, Reconcile reconcile,
                   base::metrics::Registry& metrics);
  ~ControllerRunner();
  WorkQueue& queue() noexcept;
  void start();
  base::Awaitable<void> stop();  ///< Lets the keys in work end.

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace client
