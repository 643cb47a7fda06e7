#include "node-agent/runtime/shim/spec.hpp"
#include <ctime>

namespace node_agent::shim {

std::string to_string(Isolation isolation) {
  switch (isolation) {
    case Isolation::full:
      return "full";
    case Isolation::user:
      return "user";
    case Isolation::none:
      break;
  }
  return "none";
}

Isolation isolation_from(std::string_view text) {
  if (text == "full") return Isolation::full;
  return text == "user" ? Isolation::user : Isolation::none;
}

Records ContainerSpec::encode() const {
  Records out;
  out.add("id", id);
  out.add("isolation", to_string(isolation));
  out.add("pause_pid", pause_pid);
  out.add("host_pid", host_pid);
  out.add("host_ipc", host_ipc);
  out.add("host_network", host_network);
  out.add("share_pid", share_pid);
  out.add("hostname", hostname);
  out.add_all("command", command);
  out.add_all("env", env);
  out.add("working_dir", working_dir);
  for (const auto& m : mounts) {
    out.add("mount_target", m.target);
    out.add("mount_source", m.source);
    out.add("mount_flags", std::string(m.readonly ? "r" : "w") + (m.optional ? "o" : ""));
  }
  out.add("uid", uid);
  out.add("gid", gid);
  out.add("stdin", stdin_);
  out.add("stdin_once", stdin_once);
  out.add("tty", tty);
  out.add("log_path", log_path);
  out.add("log_bytes_max", log_bytes_max);
  out.add("log_files_max", log_files_max);
  out.add_all("cgroup", cgroups);
  out.add("memory_bytes", limits.memory_bytes);
  out.add("cpu_shares", limits.cpu_shares);
  out.add("cpu_quota_us", limits.cpu_quota_us);
  out.add("cpu_period_us", limits.cpu_period_us);
  out.add("oom_score_adj", oom_score_adj);
  return out;
}

ContainerSpec ContainerSpec::decode(const Records& r) {
  ContainerSpec out;
  out.id = r.get("id");
  out.isolation = isolation_from(r.get("isolation"));
  out.pause_pid = r.number("pause_pid");
  out.host_pid = r.number("host_pid") != 0;
  out.host_ipc = r.number("host_ipc") != 0;
  out.host_network = r.number("host_network") != 0;
  out.share_pid = r.number("share_pid") != 0;
  out.hostname = r.get("hostname");
  out.command = r.all("command");
  out.env = r.all("env");
  out.working_dir = r.get("working_dir");
  const auto targets = r.all("mount_target"), sources = r.all("mount_source"), flags = r.all("mount_flags");
  for (std::size_t i = 0; i < targets.size() && i < sources.size() && i < flags.size(); ++i)
    out.mounts.push_back({targets[i], sources[i], flags[i][0] == 'r', flags[i].size() > 1});
  out.uid = r.number("uid", -1);
  out.gid = r.number("gid", -1);
  out.stdin_ = r.number("stdin") != 0;
  out.stdin_once = r.number("stdin_once") != 0;
  out.tty = r.number("tty") != 0;
  out.log_path = r.get("log_path");
  out.log_bytes_max = r.number("log_bytes_max", out.log_bytes_max);
  out.log_files_max = r.number("log_files_max", out.log_files_max);
  out.cgroups = r.all("cgroup");
  out.limits.memory_bytes = r.number("memory_bytes");
  out.limits.cpu_shares = r.number("cpu_shares");
  out.limits.cpu_quota_us = r.number("cpu_quota_us");
  out.limits.cpu_period_us = r.number("cpu_period_us", 100'000);
  out.oom_score_adj = static_cast<int>(r.number("oom_score_adj"));
  return out;
}

Records PauseSpec::encode() const {
  Records out;
  out.add("hostname", hostname);
  out.add("ipc", ipc);
  out.add("uts", uts);
  out.add("net", net);
  out.add("pid", pid);
  return out;
}

PauseSpec PauseSpec::decode(const Records& r) {
  return {r.get("hostname"), r.number("ipc") != 0, r.number("uts") != 0, r.number("net") != 0,
          r.number("pid") != 0};
}

Records ContainerState::encode() const {
  Records out;
  out.add("status", exited ? "exited" : "running");
  out.add("boot_id", boot_id);
  out.add("shim_pid", shim_pid);
  out.add("pid", pid);
  out.add("started_ns", started_ns);
  out.add("finished_ns", finished_ns);
  out.add("exit_code", exit_code);
  out.add("oom", oom);
  out.add("reason", reason);
  out.add("message", message);
  out.add("trouble", trouble);
  return out;
}

ContainerState ContainerState::decode(const Records& r) {
  ContainerState out;
  out.exited = r.get("status") != "running";
  out.boot_id = r.get("boot_id");
  out.shim_pid = r.number("shim_pid");
  out.pid = r.number("pid");
  out.started_ns = r.number("started_ns");
  out.finished_ns = r.number("finished_ns");
  out.exit_code = static_cast<int>(r.number("exit_code"));
  out.oom = r.number("oom") != 0;
  out.reason = r.get("reason");
  out.message = r.get("message");
  out.trouble = r.get("trouble");
  return out;
}

std::string boot_id() {
  auto text = read_file("/proc/sys/kernel/random/boot_id", 64).value_or("");
  if (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

std::int64_t now_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

std::int64_t start_ticks(std::int64_t pid) {
  const auto stat = read_file("/proc/" + std::to_string(pid) + "/stat", 4096);
  if (!stat) return 0;
  // The second field is the name in parentheses and may hold anything.
  auto at = stat->rfind(')');
  for (int field = 2; field < 22 && at != stat->npos; ++field)
    at = stat->find(' ', at + 1);
  return at == stat->npos ? 0 : std::atoll(stat->c_str() + at);
}

}  // namespace node_agent::shim
