#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>
#include "base/clock.hpp"

namespace node_agent {

/// One running container and what it uses.
struct ContainerUsage {
  std::string ns, pod, container;
  std::uint64_t cpu_usage_core_ns = 0, memory_working_set_bytes = 0;
  base::SystemTime started_at{}, at{};
};

/// What the whole machine uses.
struct MachineUsage {
  double cpu_seconds = 0;
  std::int64_t memory_working_set_bytes = 0;
  base::SystemTime at{};
};
/// Blocking.
MachineUsage read_machine_usage(base::SystemTime now);
/// The processor time of the first line of /proc/stat that was not idle, in seconds; 0 if it is not that.
/// Pure.
double busy_seconds(std::string_view proc_stat, long ticks_per_second);

/// The text of /metrics/resource, which metrics-server reads: names, order and timestamps are the kubelet's.
/// Pods are the sums of their containers. `complete`: false if a runtime could not be asked. Pure.
std::string resource_metrics_text(const MachineUsage& machine, std::vector<ContainerUsage> containers,
                                  bool complete);

}  // namespace node_agent
