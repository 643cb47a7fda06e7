#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>
#include "node-agent/runtime/shim/cgroup.hpp"
#include "node-agent/runtime/shim/records.hpp"

namespace node_agent::shim {

/// What the kernel lets us do. `user`: not root, but in a user namespace of one's own.
enum class Isolation { none, user, full };
std::string to_string(Isolation isolation);
Isolation isolation_from(std::string_view text);

struct MountSpec {
  std::string target, source;
  bool readonly = false, optional = false;
};

/// How to run one container: the file `spec` in its directory.
struct ContainerSpec {
  std::string id;
  Isolation isolation = Isolation::none;
  std::int64_t pause_pid = 0;  ///< Whose ipc, uts and net namespaces it joins; 0: none.
  bool host_pid = false, host_ipc = false, host_network = true, share_pid = false;
  std::string hostname;
  std::vector<std::string> command, env;  ///< env: "KEY=value".
  std::string working_dir;
  std::vector<MountSpec> mounts;
  std::int64_t uid = -1, gid = -1;  ///< -1: as they are.
  bool stdin_ = false, stdin_once = false, tty = false;
  std::string log_path;  ///< Empty: what it prints is lost.
  std::int64_t log_bytes_max = 10 << 20, log_files_max = 5;
  std::vector<std::string> cgroups;  ///< See Cgroup.
  CgroupLimits limits;
  int oom_score_adj = 0;

  Records encode() const;
  static ContainerSpec decode(const Records& records);
};

/// The namespaces of a sandbox, held by a process that does nothing else: `spec` in the sandbox's directory.
struct PauseSpec {
  std::string hostname;
  bool ipc = false, uts = false, net = false, pid = false;  ///< New ones.

  Records encode() const;
  static PauseSpec decode(const Records& records);
};

/// Where a container is: the file `state`, written by its shim, or by the agent when the shim is gone.
struct ContainerState {
  bool exited = false;
  std::string boot_id;
  std::int64_t shim_pid = 0, pid = 0;
  std::int64_t started_ns = 0, finished_ns = 0;  ///< Since 1970. started 0: it never ran.
  int exit_code = 0;
  bool oom = false;
  std::string reason, message;  ///< Reason empty: it follows from the others.
  std::string trouble;          ///< Limits that could not be set.

  Records encode() const;
  static ContainerState decode(const Records& records);
};

/// Why a container could not be started, as its status shows it.
struct StartFailure {
  int exit_code = 0;
  std::string reason, message;
};

std::string boot_id();
std::int64_t now_ns();
/// Field 22 of /proc/PID/stat: with the pid it names a process for good. 0: there is none.
std::int64_t start_ticks(std::int64_t pid);

/// Every process of a container that does not have a pid namespace of its own carries its id in this
/// variable.
inline constexpr const char* marker_variable = "COXSWAIN_CONTAINER_ID";

}  // namespace node_agent::shim
