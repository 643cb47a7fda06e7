#pragma once
#include <poll.h>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>
#include "node-agent/runtime/shim/frames.hpp"
#include "node-agent/runtime/shim/launch.hpp"

namespace node_agent::shim {

/// What came over a connection that concerns the whole container; the supervisor answers it.
struct Request {
  enum class Kind { watch, signal, exec, attach } kind = Kind::watch;
  Signal signal;
  ExecCall call;
};

/// One connection to the shim: bytes between a client and a process. Bounded both ways: while the client does
/// not read, the process is not read from, and the other way round. Never blocks.
class Session {
 public:
  explicit Session(int fd) : fd_(fd) {}
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// What this session waits for; `collect` takes the answers of as many entries as `add_to` made.
  void add_to(std::vector<pollfd>& wanted) const;
  /// Returns the request a connection begins with, once.
  std::optional<Request> collect(const pollfd* ready, std::int64_t now_ns);

  void run(const Launched& process);  ///< An exec's: from here on this session's own.
  /// Attached to the container's own streams, of which copies are made. Input -1: without. `once`: the input
  /// ends with this session.
  void share(int container_input, int container_terminal, bool once);
  void send(FrameKind kind, std::string_view payload = {});
  /// Output of the container for an attached client; one that does not read is cut off.
  void send_shared(FrameKind kind, std::string_view data);
  void exited(int exit_code, std::int64_t now_ns);
  void end_after_sending() { ending_ = true; }

  bool watching() const noexcept { return watching_; }
  bool attached() const noexcept { return attached_; }
  pid_t pid() const noexcept { return process_.pid; }
  bool unsent() const noexcept { return !gone_ && !outgoing_.empty(); }
  bool over() const noexcept { return gone_ || (ending_ && outgoing_.empty()); }
  bool gone() const noexcept { return gone_; }
  bool ended_input_of_container() const noexcept { return attached_ && once_ && (input_ended_ || gone_); }
  /// Since 1970: when it is over even though somebody still holds its output open. 0: never.
  std::int64_t deadline_ns() const noexcept { return exit_code_ ? deadline_ns_ : 0; }
  void settle(std::int64_t now_ns);  ///< Sends the exit code when everything before it was sent.

 private:
  void receive();
  std::optional<Request> handle(const Frame& frame);
  std::optional<Request> begin(const Frame& frame);
  void read_output(int& fd, FrameKind kind);
  void write_input();
  void flush();
  int input_fd() const noexcept { return attached_ ? shared_input_ : process_.in; }
  int terminal_fd() const noexcept { return attached_ ? shared_terminal_ : process_.tty ? process_.in : -1; }

  int fd_;
  FrameReader reader_;
  std::string outgoing_, input_;
  Launched process_;
  int shared_input_ = -1, shared_terminal_ = -1;
  bool begun_ = false, watching_ = false, attached_ = false, once_ = false, input_ended_ = false;
  bool gone_ = false;    ///< The client.
  bool ending_ = false;  ///< Nothing more will be sent than what is in `outgoing_`.
  std::optional<int> exit_code_;
  std::int64_t deadline_ns_ = 0;
};

/// Closes it, if it is open, and forgets it.
void close_fd(int& fd);

}  // namespace node_agent::shim
