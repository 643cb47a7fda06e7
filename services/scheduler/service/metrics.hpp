#pragma once
#include <string>
#include "base/metrics.hpp"
#include "scheduler/cache/cache.hpp"
#include "scheduler/queue/scheduling_queue.hpp"

namespace scheduler {

/// kube-scheduler's metrics, by its names.
class Metrics {
 public:
  explicit Metrics(base::metrics::Registry& registry);

  /// `result`: "scheduled", "unschedulable", "error".
  void attempt(const char* result, std::chrono::nanoseconds took);
  void algorithm(std::chrono::nanoseconds took);
  /// A pod was bound, after that many attempts, that long after it was first seen.
  void bound(int attempts, std::chrono::nanoseconds since_first_seen);
  void preemption(std::size_t victims);
  void incoming(std::string_view queue, std::string_view event);
  void sizes(const SchedulingQueue& queue, const Cache& cache);

 private:
  base::metrics::Registry& registry_;
  base::metrics::Histogram& algorithm_;
  base::metrics::Histogram& attempts_;
  base::metrics::Gauge &active_, &backoff_, &unschedulable_, &gated_;
  base::metrics::Gauge &nodes_, &pods_, &assumed_;
};

}  // namespace scheduler
