#pragma once
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include "base/async.hpp"
#include "base/clock.hpp"
#include "base/metrics.hpp"

namespace client {

/// A queue of keys: deduplicating, delayed, rate-limited. A key is never handed to two workers at once, and
/// is queued again if it was added meanwhile. Belongs to one strand. Metrics: workqueue_* of upstream. The
/// queue must outlive every `get` that waits: shut down and join the workers first.
class WorkQueue {
 public:
  WorkQueue(base::Executor strand, std::string name, base::metrics::Registry& metrics,
            const base::Clock& clock = base::Clock::real());
  ~WorkQueue();
  void add(std::string key);
  void add_after(std::string key, std::chrono::nanoseconds delay);  ///< The earliest of several delays holds.
  /// After an error: per-key exponential back-off from 5 ms to 1000 s (upstream's default limiter).
  void add_rate_limited(std::string key);
  void forget(const std::string& key);  ///< Resets the back-off after a success.
  int requeues(const std::string& key) const;
  base::Awaitable<std::optional<std::string>> get();  ///< Empty: shut down.
  void done(const std::string& key);
  void shut_down();
  std::size_t size() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace client
