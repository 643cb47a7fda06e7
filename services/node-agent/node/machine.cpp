#include "node-agent/node/machine.hpp"
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

namespace node_agent::node {

namespace {

std::string read_file(const std::string& path) {
  std::ifstream in(path);
  std::ostringstream out;
  if (in) out << in.rdbuf();
  return out.str();
}

std::string read_line(const std::string& path) {
  auto text = read_file(path);
  return text.substr(0, text.find('\n'));
}

std::int64_t number(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t'))
    text.remove_prefix(1);
  std::int64_t n = 0;
  std::from_chars(text.data(), text.data() + text.size(), n);
  return n;
}

std::string go_architecture(const std::string& machine) {
  if (machine == "x86_64") return "amd64";
  if (machine == "aarch64") return "arm64";
  return machine;
}

}  // namespace

std::int64_t meminfo_bytes(std::string_view text, std::string_view field) {
  const auto key = std::string(field) + ":";
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    const auto line = text.substr(at, end - at);
    if (line.starts_with(key)) return number(line.substr(key.size())) * 1024;
    at = end + 1;
  }
  return 0;
}

std::string pretty_name(std::string_view os_release) {
  constexpr std::string_view key = "PRETTY_NAME=";
  const auto at = os_release.find(key);
  if (at == std::string_view::npos) return {};
  auto value = os_release.substr(at + key.size());
  value = value.substr(0, value.find('\n'));
  if (value.size() >= 2 && value.front() == '"') value = value.substr(1, value.size() - 2);
  return std::string(value);
}

Machine read_machine(const std::string& root) {
  Machine m;
  m.cpus = std::max(1U, std::thread::hardware_concurrency());
  m.memory_bytes = meminfo_bytes(read_file(root + "/proc/meminfo"), "MemTotal");
  m.machine_id = read_line(root + "/etc/machine-id");
  m.boot_id = read_line(root + "/proc/sys/kernel/random/boot_id");
  m.system_uuid = read_line(root + "/sys/class/dmi/id/product_uuid");
  if (m.system_uuid.empty()) m.system_uuid = m.machine_id;
  m.os_image = pretty_name(read_file(root + "/etc/os-release"));
  utsname u{};
  if (::uname(&u) == 0) {
    m.kernel_version = u.release;
    m.architecture = go_architecture(u.machine);
  }
  return m;
}

Pressure read_pressure(const std::string& directory, const std::string& root) {
  Pressure p;
  p.memory_available_bytes = meminfo_bytes(read_file(root + "/proc/meminfo"), "MemAvailable");
  struct statvfs fs {};
  if (::statvfs(directory.c_str(), &fs) == 0) {
    p.disk_bytes = static_cast<std::int64_t>(fs.f_blocks) * static_cast<std::int64_t>(fs.f_frsize);
    p.disk_available_bytes = static_cast<std::int64_t>(fs.f_bavail) * static_cast<std::int64_t>(fs.f_frsize);
  }
  p.pids_max = number(read_line(root + "/proc/sys/kernel/pid_max"));
  // The fourth field of loadavg: running/all schedulable entities.
  const auto load = read_line(root + "/proc/loadavg");
  const auto slash = load.find('/');
  if (slash != std::string::npos) p.pids = number(std::string_view(load).substr(slash + 1));
  return p;
}

}  // namespace node_agent::node
