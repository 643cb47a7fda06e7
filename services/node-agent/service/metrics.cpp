#include "node-agent/service/metrics.hpp"
#include <vector>

namespace node_agent {

namespace {

using base::metrics::Labels;

double seconds(std::chrono::nanoseconds d) {
  return std::chrono::duration<double>(d).count();
}

/// Upstream's buckets, so that dashboards made for it fit.
std::vector<double> exponential(double first, double factor, int count) {
  std::vector<double> out;
  for (double bound = first; count > 0; --count, bound *= factor)
    out.push_back(bound);
  return out;
}
const std::vector<double> start_buckets{0.5, 1,  2,   3,   4,   5,   6,   8,   10,  20,  30,
                                        45,  60, 120, 180, 240, 300, 360, 480, 600, 900, 1200};

base::metrics::Histogram& worker(base::metrics::Registry& r, const char* operation) {
  return r.histogram("kubelet_pod_worker_duration_seconds",
                     "Duration in seconds to sync a single pod. Broken down by operation type.",
                     exponential(0.005, 2, 15), Labels{{"operation_type", operation}});
}

base::metrics::Gauge& containers(base::metrics::Registry& r, const char* state) {
  return r.gauge("kubelet_running_containers", "Number of containers currently running",
                 Labels{{"container_state", state}});
}

}  // namespace

RunningCounts& RunningCounts::operator+=(const RunningCounts& o) {
  pods += o.pods;
  created += o.created;
  running += o.running;
  exited += o.exited;
  unknown += o.unknown;
  return *this;
}

AgentMetrics::AgentMetrics(base::metrics::Registry& r)
    : registry_(r),
      start_(r.histogram("kubelet_pod_start_duration_seconds",
                         "Duration in seconds from kubelet seeing a pod for the first time to the pod "
                         "starting to run",
                         start_buckets)),
      start_sli_(r.histogram("kubelet_pod_start_sli_duration_seconds",
                             "Duration in seconds to start a pod, excluding time to pull images, measured "
                             "from pod creation timestamp",
                             start_buckets)),
      create_(worker(r, "create")),
      sync_(worker(r, "sync")),
      terminating_(worker(r, "terminating")),
      pods_(r.gauge("kubelet_running_pods", "Number of pods that have a running pod sandbox")),
      created_(containers(r, "created")),
      running_(containers(r, "running")),
      exited_(containers(r, "exited")),
      unknown_(containers(r, "unknown")) {}

void AgentMetrics::synced(std::string_view operation, std::chrono::nanoseconds took) {
  auto& histogram = operation == "create" ? create_ : operation == "sync" ? sync_ : terminating_;
  histogram.observe(seconds(took));
}

void AgentMetrics::pod_started(std::chrono::nanoseconds since_seen, std::chrono::nanoseconds since_created) {
  start_.observe(seconds(since_seen));
  start_sli_.observe(seconds(since_created));
}

void AgentMetrics::node_named(const std::string& name) {
  registry_.gauge("kubelet_node_name", "The node's name. The count is always 1.", Labels{{"node", name}})
      .set(1);
}

void AgentMetrics::counted(const RunningCounts& c) {
  pods_.set(c.pods);
  created_.set(c.created);
  running_.set(c.running);
  exited_.set(c.exited);
  unknown_.set(c.unknown);
}

AgentMetrics::Operation AgentMetrics::operation(const std::string& name) {
  std::lock_guard lock(mutex_);
  if (const auto it = operations_.find(name); it != operations_.end()) return it->second;
  const Labels labels{{"operation_type", name}};
  auto& r = registry_;
  const Operation made{
      r.counter("kubelet_runtime_operations_total",
                "Cumulative number of runtime operations by operation type.", labels),
      r.counter("kubelet_runtime_operations_errors_total",
                "Cumulative number of runtime operation errors by operation type.", labels),
      r.histogram("kubelet_runtime_operations_duration_seconds",
                  "Duration in seconds of runtime operations. Broken down by operation type.",
                  exponential(0.005, 2.5, 14), labels)};
  return operations_.emplace(name, made).first->second;
}

void AgentMetrics::runtime_operation(const std::string& name, std::chrono::nanoseconds took, bool failed) {
  const Operation o = operation(name);
  o.calls.add();
  if (failed) o.errors.add();
  o.durations.observe(seconds(took));
}

}  // namespace node_agent
