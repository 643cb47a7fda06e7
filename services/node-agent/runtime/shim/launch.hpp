#pragma once
#include <sys/types.h>
#include <optional>
#include <string>
#include <vector>
#include "node-agent/runtime/shim/cgroup.hpp"
#include "node-agent/runtime/shim/spec.hpp"

namespace node_agent::shim {

/// A process of the container, child of the shim, and the shim's ends of its streams; -1: none.
struct Launched {
  pid_t pid = -1;
  int in = -1, out = -1, err = -1;
  bool tty = false;  ///< `in` and `out` are two descriptors of one terminal then.
};

/// Which command to run in a container, and connected to what.
struct Command {
  std::vector<std::string> arguments;
  bool stdin_ = false, stdout_ = true, stderr_ = true, tty = false;
};

/// Puts processes into one container: its namespaces, control groups, user and directory. Its first process
/// is not the command but one of ours (`init`): it holds the namespaces, reaps what is orphaned, hands on the
/// signals it gets, and takes everything with it. Commands of this machine are not written to be number one.
class Launcher {
 public:
  Launcher(const ContainerSpec& spec, const Cgroup& cgroup, std::string directory);

  /// Makes the namespaces and mounts. Without isolation there is nothing to do.
  std::optional<StartFailure> prepare();
  std::optional<StartFailure> start(const Command& command, Launched& out);

  bool has_own_pids() const noexcept { return own_pids_; }
  pid_t init() const noexcept { return init_; }  ///< 0: there is none.

 private:
  std::string enter_shim_namespaces();
  [[noreturn]] void run_init(int report);
  std::string make_init_namespaces();
  [[noreturn]] void run_command(const Command& command, const Launched& theirs, int report);
  std::string join_container();
  std::string become_user();
  std::vector<std::string> environment(bool tty) const;

  const ContainerSpec& spec_;
  const Cgroup& cgroup_;
  std::string directory_;
  bool own_pids_ = false;
  pid_t init_ = 0, shim_ = 0;
};

/// The system's words for an error number, as Go writes them: "no such file or directory".
std::string system_words(int error);
/// Of /etc/passwd. None: no such user there.
struct PasswdEntry {
  std::int64_t gid = 0;
  std::string home;
};
std::optional<PasswdEntry> passwd_entry(std::int64_t uid);

}  // namespace node_agent::shim
