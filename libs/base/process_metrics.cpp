#include "base/process_metrics.hpp"
#include <sys/resource.h>
#include <unistd.h>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>
#include "base/async.hpp"

namespace base::metrics {
namespace {

void put(std::string& out, const char* name, const char* type, const char* help, double value,
         const char* labels = "") {
  std::ostringstream line;
  line.precision(17);
  line << "# HELP " << name << ' ' << help << "\n# TYPE " << name << ' ' << type << '\n'
       << name << labels << ' ' << value << '\n';
  out += line.str();
}

/// Fields of /proc/self/stat after the command's closing parenthesis; [0] is the state (field 3 of proc(5)).
std::vector<std::string> stat_fields() {
  std::ifstream file("/proc/self/stat");
  std::string text((std::istreambuf_iterator<char>(file)), {});
  std::istringstream rest(text.substr(std::min(text.size(), text.rfind(')') + 1)));
  std::vector<std::string> fields;
  for (std::string f; rest >> f;)
    fields.push_back(f);
  return fields;
}

double boot_time() {
  std::ifstream file("/proc/stat");
  for (std::string key; file >> key;)
    if (double seconds = 0; key == "btime" && file >> seconds) return seconds;
  return 0;
}

std::size_t open_files() {
  std::error_code error;
  std::size_t n = 0;
  for (auto it = std::filesystem::directory_iterator("/proc/self/fd", error);
       !error && it != std::filesystem::directory_iterator(); ++it)
    ++n;
  return n;
}

}  // namespace

std::string process_metrics() {
  constexpr std::size_t utime = 11, stime = 12, starttime = 19, vsize = 20, rss = 21, fields_min = 22;
  std::string out;
  const auto fields = stat_fields();
  if (fields.size() < fields_min) return out;
  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  const auto number = [&](std::size_t i) { return std::strtod(fields[i].c_str(), nullptr); };
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  put(out, "process_cpu_seconds_total", "counter", "User and system CPU time spent, in seconds.",
      (number(utime) + number(stime)) / ticks);
  put(out, "process_resident_memory_bytes", "gauge", "Resident memory size in bytes.",
      number(rss) * static_cast<double>(sysconf(_SC_PAGESIZE)));
  put(out, "process_virtual_memory_bytes", "gauge", "Virtual memory size in bytes.", number(vsize));
  put(out, "process_start_time_seconds", "gauge", "Start time since the Unix epoch in seconds.",
      boot_time() + number(starttime) / ticks);
  put(out, "process_open_fds", "gauge", "Open file descriptors.", static_cast<double>(open_files()));
  put(out, "process_max_fds", "gauge", "The limit on open file descriptors.",
      static_cast<double>(limit.rlim_cur));
  put(out, "go_goroutines", "gauge", "Live coroutine tasks, under the name dashboards look for.",
      static_cast<double>(live_tasks()));
  put(out, "kubernetes_build_info", "gauge", "The build, as labels on a constant 1.", 1,
      "{major=\"1\",minor=\"35\",git_version=\"v1.35.0+coxswain." COX_VERSION "\",compiler=\"" __VERSION__
      "\",platform=\"linux/amd64\"}");
  return out;
}

}  // namespace base::metrics
