#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include "base/async.hpp"
#include "base/metrics.hpp"

namespace base {

/// What a daemon runs on: one io_context, its threads, a pool for blocking work, signals and shutdown.
class Runtime {
 public:
  struct Options {
    int threads = 0;  ///< 0: as many as cores.
    int blocking_threads = 4;
    std::chrono::milliseconds drain_timeout{
        10'000};  ///< How long a polite shutdown may take before a hard one.
  };
  Runtime();
  explicit Runtime(const Options& options);
  ~Runtime();
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  Executor executor();       ///< The io_context's; any of its threads.
  Executor make_strand();    ///< A new strand on it.
  Executor blocking_pool();  ///< For RocksDB, fork, files.
  /// A new executor with a thread of its own, so also a strand, good for sockets and timers. For the few
  /// coroutines that many requests wait for: on the io_context each of their steps queues behind those
  /// requests, here the kernel gives them their share of the processor. It lasts as long as the runtime; what
  /// runs on it is joined before.
  Executor make_lane();
  metrics::Registry& metrics();

  /// Runs `main` until it returns; the result is the process exit code. SIGTERM, SIGINT and `request_stop`
  /// open `stop_requested`, and `main` has `drain_timeout` to return. A second signal, or the end of that
  /// time, ends the process at once with exit code 1, as it does in upstream's daemons. Nothing is unwound
  /// then: a `main` that was cut off could not await the tasks it started, and what is on disk outlives
  /// SIGKILL anyway.
  int run(std::function<Awaitable<int>()> main);
  /// Completes when shutdown was asked for (a signal, or `request_stop`). Never fails. May be awaited many
  /// times.
  Awaitable<void> stop_requested();
  bool stopping() const noexcept;
  /// Asks for shutdown as a signal does, but for the exit code, which is `main`'s to choose. From any thread.
  void request_stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace base
