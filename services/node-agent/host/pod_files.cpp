#include "node-agent/host/pod_files.hpp"
#include <filesystem>
#include <map>
#include "base/encoding.hpp"
#include "node-agent/host/container_config.hpp"
#include "node-agent/host/log_paths.hpp"
#include "node-agent/logs/log_format.hpp"
#include "node-agent/volumes/files.hpp"
#include "node-agent/volumes/mounts.hpp"

namespace node_agent::host {

namespace fs = std::filesystem;
using base::Errc;
using base::Error;
using base::Result;
using pods::PodIdentity;

namespace {

constexpr unsigned private_mode = 0750, log_mode = 0755, message_mode = 0666;
constexpr std::size_t message_bytes_max = 4096;
constexpr std::size_t log_bytes_max = 2048, log_lines_max = 80, log_read_bytes = 64 * 1024;

/// Namespace, name and uid out of a log directory's name. Kubernetes names have no underscore.
PodIdentity parse_log_directory(const std::string& name) {
  const auto first = name.find('_'), last = name.find_last_of('_');
  PodIdentity out;
  if (first == std::string::npos || first == last) return out;
  out.ns = name.substr(0, first);
  out.name = name.substr(first + 1, last - first - 1);
  out.uid = name.substr(last + 1);
  return out;
}

std::string annotation(const runtime::Container& c, const char* key) {
  const auto it = c.config.annotations.find(key);
  return it == c.config.annotations.end() ? "" : it->second;
}

/// Length of the UTF-8 character that `text` begins with; 0: it begins with none.
std::size_t character_length(std::string_view text) {
  for (std::size_t n = 1; n <= 4 && n <= text.size(); ++n)
    if (base::is_valid_utf8(text.substr(0, n))) return n;
  return 0;
}

}  // namespace

std::string valid_utf8(std::string_view text) {
  if (base::is_valid_utf8(text)) return std::string(text);
  std::string out;
  while (!text.empty()) {
    const auto n = character_length(text);
    out += n > 0 ? text.substr(0, n) : std::string_view("\xef\xbf\xbd");
    text.remove_prefix(n > 0 ? n : 1);
  }
  return out;
}

std::string end_of_log(std::string_view log) {
  std::vector<std::string> lines;
  bool within = false;
  while (!log.empty()) {
    const auto end = log.find('\n');
    const auto line = logs::parse_log_line(log.substr(0, end));
    log.remove_prefix(end == std::string_view::npos ? log.size() : end + 1);
    if (!line) continue;
    if (!within) lines.emplace_back();
    lines.back() += line->text;
    within = line->partial;
    if (!within) lines.back() += '\n';
  }
  std::string out;
  for (std::size_t i = lines.size() > log_lines_max ? lines.size() - log_lines_max : 0; i < lines.size(); ++i)
    out += lines[i];
  return out.size() > log_bytes_max ? out.substr(out.size() - log_bytes_max) : out;
}

std::string PodFiles::message_path(const std::string& uid, const std::string& container,
                                   int restart_count) const {
  return pod_directory(uid) + "/containers/" + container + "/" + std::to_string(restart_count);
}

Result<void> PodFiles::make_directories(const PodIdentity& pod) const {
  auto made = volumes::make_directories(pod_directory(pod.uid), private_mode);
  if (made) made = volumes::make_directories(pod_log_directory(root_, pod.ns, pod.name, pod.uid), log_mode);
  return made;
}

Result<void> PodFiles::write_hosts(const std::string& uid, const std::string& text) const {
  return volumes::overwrite_file(hosts_path(uid), text, 0644);
}

Result<void> PodFiles::make_message(const std::string& uid, const std::string& container,
                                    int restart_count) const {
  const auto path = message_path(uid, container, restart_count);
  auto made = volumes::make_directories(fs::path(path).parent_path().string(), private_mode);
  return made ? volumes::overwrite_file(path, "", message_mode) : made;
}

std::string PodFiles::last_words(const std::string& uid, const runtime::Container& c) const {
  const bool may_use_log =
      annotation(c, message_policy_annotation) == "FallbackToLogsOnError" && c.exit_code != 0;
  if (!annotation(c, message_path_annotation).empty()) {
    const auto path = message_path(uid, c.config.name, c.config.attempt);
    const auto message = volumes::read_end(path, message_bytes_max);
    if (!message && !message.error().is(Errc::not_found))
      return "Error on reading termination log " + path + ": " + message.error().message;
    if (message && (!message->empty() || !may_use_log)) return valid_utf8(*message);
  }
  if (!may_use_log || c.log_path.empty()) return {};
  const auto log = volumes::read_end(c.log_path, log_read_bytes);
  if (!log)
    return log.error().is(Errc::not_found)
               ? ""
               : "Error on reading termination message from logs: " + log.error().message;
  return valid_utf8(end_of_log(*log));
}

void PodFiles::remove_container(const std::string& uid, const runtime::Container& c) const {
  std::error_code code;
  fs::remove(message_path(uid, c.config.name, c.config.attempt), code);
  // With what was rotated: 0.log.20260102-150405 and the like.
  const fs::path log(c.log_path);
  if (c.log_path.empty() || !c.log_path.starts_with(pods_log_directory(root_) + "/")) return;
  for (const auto& entry : fs::directory_iterator(log.parent_path(), code))
    if (entry.path().filename().string().starts_with(log.filename().string())) fs::remove(entry.path(), code);
}

Result<void> PodFiles::remove_pod(const std::string& uid) const {
  const auto directory = pod_directory(uid);
  if (const auto mounted = volumes::mounts_below(directory); !mounted.empty())
    return Error(Errc::internal, mounted.front() + " is still mounted");
  auto removed = volumes::remove_tree(directory);
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(pods_log_directory(root_), code)) {
    if (parse_log_directory(entry.path().filename().string()).uid != uid) continue;
    auto gone = volumes::remove_tree(entry.path().string());
    if (removed) removed = std::move(gone);
  }
  return removed;
}

std::vector<PodIdentity> PodFiles::pods() const {
  std::map<std::string, PodIdentity> logs;
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(pods_log_directory(root_), code)) {
    auto pod = parse_log_directory(entry.path().filename().string());
    if (!pod.uid.empty()) logs[pod.uid] = std::move(pod);
  }
  std::vector<PodIdentity> out;
  for (const auto& entry : fs::directory_iterator(root_ + "/pods", code)) {
    PodIdentity pod;
    pod.uid = entry.path().filename().string();
    const auto it = logs.find(pod.uid);
    out.push_back(it == logs.end() ? pod : it->second);
    logs.erase(pod.uid);
  }
  for (auto& [uid, pod] : logs)
    out.push_back(std::move(pod));
  return out;
}

}  // namespace node_agent::host
