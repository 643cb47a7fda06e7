#include "scheduler/service/metrics.hpp"

namespace scheduler {

namespace {

double seconds(std::chrono::nanoseconds d) {
  return std::chrono::duration<double>(d).count();
}

std::vector<double> doubling(double first, int n) {
  std::vector<double> out;
  for (int i = 0; i < n; ++i, first *= 2)
    out.push_back(first);
  return out;
}

const char* const profile = "default-scheduler";
const char* const pending_help =
    "Number of pending pods, by the queue type: active, backoff, unschedulable (tried and refused), gated "
    "(never tried).";
const char* const cache_help = "Number of nodes, pods, and assumed (bound) pods in the scheduler cache.";

}  // namespace

Metrics::Metrics(base::metrics::Registry& r)
    : registry_(r),
      algorithm_(r.histogram("scheduler_scheduling_algorithm_duration_seconds",
                             "Scheduling algorithm latency in seconds", doubling(0.001, 15))),
      attempts_(r.histogram("scheduler_pod_scheduling_attempts",
                            "Number of attempts to successfully schedule a pod.", doubling(1, 5))),
      active_(r.gauge("scheduler_pending_pods", pending_help, {{"queue", "active"}})),
      backoff_(r.gauge("scheduler_pending_pods", pending_help, {{"queue", "backoff"}})),
      unschedulable_(r.gauge("scheduler_pending_pods", pending_help, {{"queue", "unschedulable"}})),
      gated_(r.gauge("scheduler_pending_pods", pending_help, {{"queue", "gated"}})),
      nodes_(r.gauge("scheduler_scheduler_cache_size", cache_help, {{"type", "nodes"}})),
      pods_(r.gauge("scheduler_scheduler_cache_size", cache_help, {{"type", "pods"}})),
      assumed_(r.gauge("scheduler_scheduler_cache_size", cache_help, {{"type", "assumed_pods"}})) {}

void Metrics::attempt(const char* result, std::chrono::nanoseconds took) {
  const base::metrics::Labels labels{{"profile", profile}, {"result", result}};
  registry_
      .counter("scheduler_schedule_attempts_total",
               "Number of attempts to schedule pods, by the result. 'unschedulable' means a pod could not be "
               "scheduled, while 'error' means an internal scheduler problem.",
               labels)
      .add();
  registry_
      .histogram("scheduler_scheduling_attempt_duration_seconds",
                 "Scheduling attempt latency in seconds (scheduling algorithm + binding)",
                 doubling(0.001, 15), labels)
      .observe(seconds(took));
}

void Metrics::algorithm(std::chrono::nanoseconds took) {
  algorithm_.observe(seconds(took));
}

void Metrics::bound(int attempts, std::chrono::nanoseconds since_first_seen) {
  attempts_.observe(attempts);
  const std::string label = attempts >= 15 ? "15+" : std::to_string(attempts);
  registry_
      .histogram("scheduler_pod_scheduling_sli_duration_seconds",
                 "E2e latency for a pod being scheduled, from first entering the queue.", doubling(0.01, 20),
                 {{"attempts", label}})
      .observe(seconds(since_first_seen));
}

void Metrics::preemption(std::size_t victims) {
  registry_
      .counter("scheduler_preemption_attempts_total", "Total preemption attempts in the cluster till now")
      .add();
  registry_.histogram("scheduler_preemption_victims", "Number of selected preemption victims", doubling(1, 7))
      .observe(static_cast<double>(victims));
}

void Metrics::incoming(std::string_view queue, std::string_view event) {
  registry_
      .counter("scheduler_queue_incoming_pods_total",
               "Number of pods added to scheduling queues by event and queue type.",
               {{"queue", std::string(queue)}, {"event", std::string(event)}})
      .add();
}

void Metrics::sizes(const SchedulingQueue& queue, const Cache& cache) {
  active_.set(static_cast<double>(queue.active()));
  backoff_.set(static_cast<double>(queue.backing_off()));
  unschedulable_.set(static_cast<double>(queue.unschedulable()));
  gated_.set(static_cast<double>(queue.gated()));
  nodes_.set(static_cast<double>(cache.nodes()));
  pods_.set(static_cast<double>(cache.pods()));
  assumed_.set(static_cast<double>(cache.assumed_pods()));
}

}  // namespace scheduler
