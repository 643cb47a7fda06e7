#pragma once
#include <memory>
#include "base/async.hpp"
#include "base/metrics.hpp"
#include "client/rest.hpp"

namespace scheduler {

struct SchedulerOptions {
  int percentage_of_nodes_to_score = 0;  ///< 0: by the size of the cluster.
  int writes_max = 32;                   ///< Bindings and conditions under way at once.
  bool most_allocated = false;           ///< NodeResourcesFit's strategy.
  std::string name = "default-scheduler";
};

/// The scheduler: informers feed the cache and the queue; one loop takes a pod at a time and finds its node
/// without waiting for anything; bindings run beside it. Belongs to one strand.
class Scheduler {
 public:
  Scheduler(base::Executor strand, std::shared_ptr<client::RestClient> rest, base::metrics::Registry& metrics,
            SchedulerOptions options);
  ~Scheduler();
  /// Starts the informers: everybody watches, only the leader schedules.
  void watch();
  bool synced() const noexcept;
  /// Schedules until cancelled. Once.
  base::Awaitable<void> run();
  /// Ends informers and events; call after `run` ended.
  base::Awaitable<void> stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace scheduler
