#pragma once
#include <string>
#include <vector>
#include "base/error.hpp"
#include "node-agent/pods/pod_host.hpp"
#include "node-agent/runtime/runtime.hpp"

namespace node_agent::host {

/// What lies on disk of pods besides their volumes. All but the paths is blocking. Safe from any thread; one
/// call for a pod at a time.
///
///     <root>/pods/<uid>/etc-hosts
///     <root>/pods/<uid>/containers/<container>/<restart count>     its termination message
///     <root>/logs/pods/<ns>_<name>_<uid>/<container>/<restart count>.log
class PodFiles {
 public:
  explicit PodFiles(std::string root) : root_(std::move(root)) {}

  std::string hosts_path(const std::string& uid) const { return pod_directory(uid) + "/etc-hosts"; }
  std::string message_path(const std::string& uid, const std::string& container, int restart_count) const;

  base::Result<void> make_directories(const pods::PodIdentity& pod) const;
  base::Result<void> write_hosts(const std::string& uid, const std::string& text) const;
  /// An empty file that any user of the container may write.
  base::Result<void> make_message(const std::string& uid, const std::string& container,
                                  int restart_count) const;
  /// The last words of an ended container: of its termination message, or of its log if it failed without a
  /// word and its policy is FallbackToLogsOnError. Valid UTF-8, at most 4 KiB.
  /// Source: "Determine the reason for pod failure" in the Kubernetes reference.
  std::string last_words(const std::string& uid, const runtime::Container& container) const;
  /// Log and termination message of a container.
  void remove_container(const std::string& uid, const runtime::Container& container) const;
  /// Everything. Error: internal, also while something is mounted there.
  base::Result<void> remove_pod(const std::string& uid) const;
  /// Pods of which there is a directory; namespace and name are those of its logs, empty if there are none.
  std::vector<pods::PodIdentity> pods() const;

 private:
  std::string pod_directory(const std::string& uid) const { return root_ + "/pods/" + uid; }
  std::string root_;
};

/// The text of the last lines of a log file's end: at most 80 lines and 2 KiB. Pure.
std::string end_of_log(std::string_view log);
/// `text` with U+FFFD for what is not UTF-8. Pure.
std::string valid_utf8(std::string_view text);

}  // namespace node_agent::host
