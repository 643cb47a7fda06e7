#pragma once
#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include "base/metrics.hpp"
#include "node-agent/pods/pod_worker.hpp"

namespace node_agent {

/// Counted when somebody looks.
struct RunningCounts {
  int pods = 0;                                           ///< With a ready sandbox.
  int created = 0, running = 0, exited = 0, unknown = 0;  ///< Containers.
  RunningCounts& operator+=(const RunningCounts& other);
};

/// The kubelet's metrics, of all nodes of the process together. Thread-safe.
class AgentMetrics final : public pods::WorkerObserver {
 public:
  explicit AgentMetrics(base::metrics::Registry& registry);

  void synced(std::string_view operation, std::chrono::nanoseconds took) override;
  void pod_started(std::chrono::nanoseconds since_seen, std::chrono::nanoseconds since_created) override;
  void node_named(const std::string& name);
  void counted(const RunningCounts& counts);
  /// One call to the runtime. `operation`: "run_podsandbox", "create_container", ...
  void runtime_operation(const std::string& operation, std::chrono::nanoseconds took, bool failed);

 private:
  struct Operation {
    base::metrics::Counter &calls, &errors;
    base::metrics::Histogram& durations;
  };
  Operation operation(const std::string& name);

  base::metrics::Registry& registry_;
  std::mutex mutex_;
  std::map<std::string, Operation> operations_;  ///< Guarded by mutex_.
  base::metrics::Histogram &start_, &start_sli_, &create_, &sync_, &terminating_;
  base::metrics::Gauge &pods_, &created_, &running_, &exited_, &unknown_;
};

}  // namespace node_agent
