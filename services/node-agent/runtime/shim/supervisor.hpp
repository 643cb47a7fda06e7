#pragma once
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include "node-agent/runtime/shim/launch.hpp"
#include "node-agent/runtime/shim/log_writer.hpp"
#include "node-agent/runtime/shim/session.hpp"
#include "node-agent/runtime/shim/spec.hpp"

namespace node_agent::shim {

/// Runs one container from start to end: starts its command, writes its log, answers on its socket, records
/// how it ended, and leaves nothing of it behind. Its directory holds
///
///     spec    how to run it (from the agent)        lock    held while the shim lives
///     state   where it is (ContainerState)          socket  for the agent (frames.hpp)
///
/// One thread, one poll loop.
class Supervisor {
 public:
  Supervisor(std::string directory, ContainerSpec spec);
  ~Supervisor();

  /// Until the container has ended. `handshake`: who started us reads there whether it runs (Records:
  /// `exit_code`, `reason`, `message` when it does not; `pid` and `trouble` when it does); closed by this
  /// call.
  int run(int handshake);

 private:
  std::optional<StartFailure> start();
  void turn(std::int64_t deadline_ns);
  void accept_one();
  void read_container(int& fd, LogWriter::Stream stream);
  void answer(Session& session, const Request& request);
  void answer_exec(Session& session, const ExecCall& call);
  void signal(const Signal& signal);
  void reap();
  void end_everything();
  void record_exit();
  void part_from_clients();
  void record(const ContainerState& state);
  std::int64_t next_deadline(std::int64_t deadline_ns) const;

  std::string directory_;
  ContainerSpec spec_;
  ContainerState state_;
  Cgroup cgroup_;
  Launcher launcher_;
  LogWriter log_;
  Launched command_;
  bool ended_ = false;  ///< The command; its exit is in `state_`.
  int listener_ = -1, signals_ = -1;
  std::list<std::unique_ptr<Session>> sessions_;
};

/// `process-shim run DIRECTORY`, with the handshake at descriptor 3. Returns the exit code.
int run_container(const std::string& directory);

/// Holds the lock of a directory for as long as the process lives. False: somebody else has it.
bool lock_directory(const std::string& directory);
/// Who holds it; 0: nobody. From any process but the holder.
std::int64_t lock_holder(const std::string& directory);

/// Goes on in the background, in a session of its own, with /dev/null for its streams and `log` for its
/// errors.
void become_daemon(const std::string& log);

}  // namespace node_agent::shim
