#pragma once
#include <sys/types.h>
#include <optional>
#include <string>
#include <vector>
#include "node-agent/runtime/shim/cgroup.hpp"
#include "node-agent/runtime/shim/spec.hpp"
#include "node-agent/runtime/shim/streams.hpp"

namespace node_agent::shim {

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

}  // namespace node_agent::shim
