#include "node-agent/runtime/shim/processes.hpp"
#include <dirent.h>
#include <signal.h>
#include <unistd.h>
#include <cstdlib>
#include <functional>
#include <string_view>
#include "node-agent/runtime/shim/spec.hpp"

namespace node_agent::shim {

namespace {

constexpr int marked_rounds_max = 20;

/// SIGKILL to the processes `chosen` says yes to; how many.
int kill_if(const std::function<bool(pid_t)>& chosen) {
  DIR* entries = ::opendir("/proc");
  if (!entries) return 0;
  int killed = 0;
  while (const dirent* entry = ::readdir(entries)) {
    const pid_t pid = std::atoi(entry->d_name);
    if (pid > 1 && pid != ::getpid() && chosen(pid) && ::kill(pid, SIGKILL) == 0) ++killed;
  }
  ::closedir(entries);
  return killed;
}

/// State and parent out of /proc/PID/stat.
bool is_living_child(pid_t pid) {
  const auto stat = read_file("/proc/" + std::to_string(pid) + "/stat", 4096);
  const auto end = stat ? stat->rfind(')') : std::string::npos;
  if (!stat || end == stat->npos || end + 4 > stat->size()) return false;
  return (*stat)[end + 2] != 'Z' && std::atoi(stat->c_str() + end + 4) == ::getpid();
}

}  // namespace

bool kill_children() {
  return kill_if(is_living_child) > 0;
}

void kill_marked(const std::string& container_id) {
  const std::string marker =
      std::string("\0", 1) + marker_variable + "=" + container_id + std::string("\0", 1);
  const auto carries = [&](pid_t pid) {
    const auto environment = read_file("/proc/" + std::to_string(pid) + "/environ", 4 << 20);
    return environment && (std::string("\0", 1) + *environment).find(marker) != std::string::npos;
  };
  for (int round = 0; round < marked_rounds_max && kill_if(carries) > 0; ++round)
    ::usleep(5000);
}

}  // namespace node_agent::shim
