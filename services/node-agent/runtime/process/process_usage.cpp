#include "node-agent/runtime/process/process_usage.hpp"
#include <unistd.h>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include "node-agent/runtime/shim/records.hpp"

namespace node_agent::runtime {

namespace {

struct Process {
  std::int64_t parent = 0;
  shim::CgroupUsage usage;
};

/// Fields of /proc/PID/stat, see proc(5).
bool read_stat(const std::string& path, Process& out) {
  const auto text = shim::read_file(path, 4096);
  const auto end = text ? text->rfind(')') : std::string::npos;
  if (!text || end == std::string::npos) return false;
  std::istringstream fields(text->substr(end + 1));
  std::string skip;
  fields >> skip >> out.parent;
  for (int field = 5; field < 14; ++field)
    fields >> skip;
  std::int64_t ticks = 0, pages = 0;
  for (int field = 14; field <= 17; ++field) {
    std::int64_t n = 0;
    fields >> n;
    ticks += n;
  }
  for (int field = 18; field < 24; ++field)
    fields >> skip;
  fields >> pages;
  static const auto tick_ns = 1'000'000'000 / ::sysconf(_SC_CLK_TCK), page_bytes = ::sysconf(_SC_PAGESIZE);
  out.usage.cpu_ns = static_cast<std::uint64_t>(ticks * tick_ns);
  out.usage.memory_working_set_bytes = static_cast<std::uint64_t>(pages * page_bytes);
  return true;
}

}  // namespace

std::map<std::int64_t, shim::CgroupUsage> usage_of_descendants(const std::vector<std::int64_t>& shims) {
  std::map<std::int64_t, Process> processes;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
    const auto pid = std::atoll(entry.path().filename().c_str());
    Process process;
    if (pid > 0 && read_stat(entry.path() / "stat", process)) processes[pid] = process;
  }
  std::map<std::int64_t, shim::CgroupUsage> out;
  for (const auto shim : shims)
    out[shim] = {};
  for (const auto& [pid, process] : processes) {
    // Upwards to a shim; a tree that changes meanwhile may have a loop, hence the bound.
    auto at = process.parent;
    for (int depth = 0; depth < 64 && at > 1; ++depth) {
      if (const auto found = out.find(at); found != out.end()) {
        found->second.cpu_ns += process.usage.cpu_ns;
        found->second.memory_working_set_bytes += process.usage.memory_working_set_bytes;
        break;
      }
      const auto parent = processes.find(at);
      at = parent == processes.end() ? 0 : parent->second.parent;
    }
  }
  return out;
}

}  // namespace node_agent::runtime
