#include "node-agent/service/resource_metrics.hpp"
#include <unistd.h>
#include <algorithm>
#include <charconv>
#include <fstream>
#include <map>
#include <tuple>
#include "node-agent/node/machine.hpp"

namespace node_agent {

namespace {

/// The shortest text that means the same number.
std::string number(double v) {
  char text[40];
  const auto end = std::to_chars(text, text + sizeof text, v).ptr;
  return {text, end};
}

std::string millis(base::SystemTime t) {
  return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(t.time_since_epoch()).count());
}

double seconds(std::uint64_t ns) {
  return static_cast<double>(ns) / 1e9;
}

/// One family: its head, then lines; nothing when it has no lines.
class Family {
 public:
  Family(std::string name, const char* type, const char* help) : name_(std::move(name)) {
    head_ = "# HELP " + name_ + " [STABLE] " + help + "\n# TYPE " + name_ + " " + type + "\n";
  }
  void add(const std::string& labels, double value, const std::string& at) {
    lines_ += name_ + (labels.empty() ? "" : "{" + labels + "}") + " " + number(value) +
              (at.empty() ? "" : " " + at) + "\n";
  }
  std::string text() const { return lines_.empty() ? "" : head_ + lines_; }

 private:
  std::string name_, head_, lines_;
};

/// Names of the API need no escaping.
std::string pod_labels(const ContainerUsage& c) {
  return "namespace=\"" + c.ns + "\",pod=\"" + c.pod + "\"";
}
std::string container_labels(const ContainerUsage& c) {
  return "container=\"" + c.container + "\"," + pod_labels(c);
}

/// Sums, by namespace and name.
std::vector<ContainerUsage> pods_of(const std::vector<ContainerUsage>& containers) {
  std::vector<ContainerUsage> out;
  for (const auto& c : containers) {
    if (out.empty() || out.back().ns != c.ns || out.back().pod != c.pod) {
      out.push_back(c);
      continue;
    }
    out.back().cpu_usage_core_ns += c.cpu_usage_core_ns;
    out.back().memory_working_set_bytes += c.memory_working_set_bytes;
    out.back().at = std::max(out.back().at, c.at);
  }
  return out;
}

}  // namespace

double busy_seconds(std::string_view text, long ticks_per_second) {
  if (!text.starts_with("cpu ") || ticks_per_second <= 0) return 0;
  std::string_view line = text.substr(4, text.find('\n') - 4);
  double busy = 0;
  for (int field = 0; !line.empty() && field < 8; ++field) {
    while (line.starts_with(' '))
      line.remove_prefix(1);
    std::uint64_t ticks = 0;
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), ticks);
    if (error != std::errc()) break;
    line.remove_prefix(static_cast<std::size_t>(end - line.data()));
    // user nice system IDLE IOWAIT irq softirq steal (proc(5)).
    if (field != 3 && field != 4) busy += static_cast<double>(ticks);
  }
  return busy / static_cast<double>(ticks_per_second);
}

MachineUsage read_machine_usage(base::SystemTime now) {
  MachineUsage out;
  out.at = now;
  std::string line;
  if (std::ifstream in("/proc/stat"); std::getline(in, line))
    out.cpu_seconds = busy_seconds(line, sysconf(_SC_CLK_TCK));
  const auto pressure = node::read_pressure("/");
  out.memory_working_set_bytes = node::read_machine().memory_bytes - pressure.memory_available_bytes;
  return out;
}

std::string resource_metrics_text(const MachineUsage& machine, std::vector<ContainerUsage> containers,
                                  bool complete) {
  std::sort(containers.begin(), containers.end(), [](const auto& a, const auto& b) {
    return std::tie(a.ns, a.pod, a.container) < std::tie(b.ns, b.pod, b.container);
  });
  Family cpu("container_cpu_usage_seconds_total", "counter",
             "Cumulative cpu time consumed by the container in core-seconds");
  Family memory("container_memory_working_set_bytes", "gauge",
                "Current working set of the container in bytes");
  Family start("container_start_time_seconds", "gauge",
               "Start time of the container since unix epoch in seconds");
  for (const auto& c : containers) {
    cpu.add(container_labels(c), seconds(c.cpu_usage_core_ns), millis(c.at));
    memory.add(container_labels(c), static_cast<double>(c.memory_working_set_bytes), millis(c.at));
    const auto started = std::chrono::duration<double>(c.started_at.time_since_epoch());
    start.add(container_labels(c), started.count(), "");
  }
  Family node_cpu("node_cpu_usage_seconds_total", "counter",
                  "Cumulative cpu time consumed by the node in core-seconds");
  node_cpu.add("", machine.cpu_seconds, millis(machine.at));
  Family node_memory("node_memory_working_set_bytes", "gauge", "Current working set of the node in bytes");
  node_memory.add("", static_cast<double>(machine.memory_working_set_bytes), millis(machine.at));
  Family pod_cpu("pod_cpu_usage_seconds_total", "counter",
                 "Cumulative cpu time consumed by the pod in core-seconds");
  Family pod_memory("pod_memory_working_set_bytes", "gauge", "Current working set of the pod in bytes");
  for (const auto& p : pods_of(containers)) {
    pod_cpu.add(pod_labels(p), seconds(p.cpu_usage_core_ns), millis(p.at));
    pod_memory.add(pod_labels(p), static_cast<double>(p.memory_working_set_bytes), millis(p.at));
  }
  Family failed("resource_scrape_error", "gauge",
                "1 if there was an error while getting container metrics, 0 otherwise");
  failed.add("", complete ? 0 : 1, "");
  std::string out;
  for (const auto* family : {&cpu, &memory, &start, &node_cpu, &node_memory, &pod_cpu, &pod_memory, &failed})
    out += family->text();
  return out;
}

}  // namespace node_agent
