#include "node-agent/runtime/shim/cgroup.hpp"
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <sstream>
#include "node-agent/runtime/shim/records.hpp"

namespace node_agent::shim {

namespace {

constexpr const char* mount_point = "/sys/fs/cgroup";
constexpr int kill_rounds_max = 400;  // Of five milliseconds.

void pause_briefly() {
  const timespec five_ms{0, 5'000'000};
  ::nanosleep(&five_ms, nullptr);
}

bool make_directories(const std::string& path) {
  for (auto slash = path.find('/', 1); slash != path.npos; slash = path.find('/', slash + 1))
    ::mkdir(path.substr(0, slash).c_str(), 0755);
  return ::mkdir(path.c_str(), 0755) == 0 || errno == EEXIST;
}

/// The number after `key ` in a file of such lines.
std::int64_t keyed(const std::string& path, const std::string& key) {
  std::istringstream lines(read_file(path, 1 << 16).value_or(""));
  std::string name;
  std::int64_t value = 0;
  while (lines >> name >> value)
    if (name == key) return value;
  return 0;
}

std::int64_t number_in(const std::string& path) {
  return std::atoll(read_file(path, 64).value_or("").c_str());
}

/// The group this process is in, of one controller; empty string key: version 2.
std::string own_group(const std::string& controller) {
  std::istringstream lines(read_file("/proc/self/cgroup", 1 << 16).value_or(""));
  std::string line;
  while (std::getline(lines, line)) {
    const auto first = line.find(':'), second = line.find(':', first + 1);
    if (first == line.npos || second == line.npos) continue;
    const std::string names = "," + line.substr(first + 1, second - first - 1) + ",";
    if (names.find("," + controller + ",") != names.npos) return line.substr(second + 1);
  }
  return "/";
}

bool is_directory(const std::string& path) {
  struct stat there {};
  return ::stat(path.c_str(), &there) == 0 && S_ISDIR(there.st_mode);
}

/// Version 1: below the group this process is in, so that its limits hold for the containers too. A
/// container's view of /sys/fs/cgroup may not show that group; then below the top.
std::string v1_base(const std::string& controller) {
  const std::string top = std::string(mount_point) + "/" + controller;
  const std::string own = own_group(controller);
  const std::string below = own == "/" ? top : top + own;
  return is_directory(below) ? below : top;
}

void enable_controllers(const std::string& directory) {
  for (const char* controller : {"+memory", "+cpu", "+pids"})
    write_into(directory + "/cgroup.subtree_control", controller);
}

}  // namespace

Cgroup::Cgroup(const std::vector<std::string>& directories) {
  for (const auto& d : directories) {
    const auto colon = d.find(':');
    if (colon != d.npos) places_.push_back({d.substr(0, colon), d.substr(colon + 1)});
  }
}

const Cgroup::Place* Cgroup::find(const std::string& controller) const {
  for (const auto& p : places_)
    if (p.controller == controller) return &p;
  return nullptr;
}

bool Cgroup::set(const std::string& controller, const std::string& file, const std::string& value,
                 std::string& trouble) const {
  const Place* place = find(controller);
  if (place && write_into(place->path + "/" + file, value)) return true;
  if (!trouble.empty()) trouble += "; ";
  trouble += file + ": " + (place ? std::strerror(errno) : "no such controller here");
  return false;
}

std::string Cgroup::create(const CgroupLimits& limits) const {
  std::string trouble;
  for (const auto& p : places_) {
    if (p.controller == "unified") {
      const std::string parent = p.path.substr(0, p.path.rfind('/'));
      make_directories(parent);
      enable_controllers(parent.substr(0, parent.rfind('/')));
      enable_controllers(parent);
    }
    if (!make_directories(p.path)) trouble = p.path + ": " + std::strerror(errno);
  }
  const bool v2 = find("unified") != nullptr;
  if (limits.memory_bytes > 0) {
    set(v2 ? "unified" : "memory", v2 ? "memory.max" : "memory.limit_in_bytes",
        std::to_string(limits.memory_bytes), trouble);
    std::string no_swap;  // Not every kernel accounts for swap, and then there is nothing to forbid.
    if (v2) set("unified", "memory.swap.max", "0", no_swap);
  }
  if (limits.cpu_shares > 0) {
    const auto shares = std::clamp<std::int64_t>(limits.cpu_shares, 2, 262'144);
    const auto weight = 1 + (shares - 2) * 9999 / 262'142;  // As KEP 2254 maps them.
    set(v2 ? "unified" : "cpu", v2 ? "cpu.weight" : "cpu.shares", std::to_string(v2 ? weight : shares),
        trouble);
  }
  if (limits.cpu_quota_us > 0) {
    const std::string quota = std::to_string(limits.cpu_quota_us),
                      period = std::to_string(limits.cpu_period_us);
    if (v2) {
      set("unified", "cpu.max", quota + " " + period, trouble);
    } else if (set("cpu", "cpu.cfs_period_us", period, trouble)) {
      set("cpu", "cpu.cfs_quota_us", quota, trouble);
    }
  }
  return trouble;
}

void Cgroup::enter() const {
  for (const auto& p : places_)
    write_into(p.path + "/cgroup.procs", "0");
}

bool Cgroup::kill_all() const {
  if (places_.empty()) return false;
  const auto& path = places_.front().path;
  for (int round = 0; round < kill_rounds_max; ++round) {
    std::istringstream pids(read_file(path + "/cgroup.procs").value_or(""));
    pid_t pid = 0;
    bool any = false;
    while (pids >> pid) {
      any = true;
      if (pid > 0) ::kill(pid, SIGKILL);
    }
    if (!any) return true;
    if (round > 0) pause_briefly();
  }
  return false;
}

std::int64_t Cgroup::oom_kills() const {
  if (const auto* v2 = find("unified")) return keyed(v2->path + "/memory.events", "oom_kill");
  const auto* memory = find("memory");
  return memory ? keyed(memory->path + "/memory.oom_control", "oom_kill") : 0;
}

std::optional<CgroupUsage> Cgroup::usage() const {
  CgroupUsage out;
  std::int64_t memory = 0, inactive = 0;
  if (const auto* v2 = find("unified")) {
    out.cpu_ns = static_cast<std::uint64_t>(keyed(v2->path + "/cpu.stat", "usage_usec")) * 1000;
    memory = number_in(v2->path + "/memory.current");
    inactive = keyed(v2->path + "/memory.stat", "inactive_file");
  } else {
    const auto* cpu = find("cpuacct");
    const auto* mem = find("memory");
    if (!cpu || !mem) return std::nullopt;
    out.cpu_ns = static_cast<std::uint64_t>(number_in(cpu->path + "/cpuacct.usage"));
    memory = number_in(mem->path + "/memory.usage_in_bytes");
    inactive = keyed(mem->path + "/memory.stat", "total_inactive_file");
  }
  out.memory_working_set_bytes = static_cast<std::uint64_t>(std::max<std::int64_t>(0, memory - inactive));
  return out;
}

void Cgroup::remove() const {
  for (const auto& p : places_)
    ::rmdir(p.path.c_str());
}

std::vector<std::string> usable_cgroups(const std::string& parent, const std::string& name) {
  std::vector<std::string> out;
  const std::string top = mount_point;
  if (::access((top + "/cgroup.controllers").c_str(), F_OK) == 0) {
    if (::access(top.c_str(), W_OK) == 0) out.push_back("unified:" + top + "/" + parent + "/" + name);
    return out;
  }
  for (const char* controller : {"memory", "cpu", "cpuacct", "pids"}) {
    const std::string base = v1_base(controller);
    if (::access(base.c_str(), W_OK) == 0)
      out.push_back(std::string(controller) + ":" + base + "/" + parent + "/" + name);
  }
  return out;
}

}  // namespace node_agent::shim
