#pragma once
#include <chrono>
#include <memory>
#include <string>
#include "base/async.hpp"
#include "node-agent/runtime/process_stream.hpp"
#include "node-agent/runtime/shim/frames.hpp"

namespace node_agent::runtime {

/// A connection to the shim of one container. Belongs to the strand that opened it; one reader, and beside it
/// one writer.
class ShimConnection {
 public:
  /// Error: unavailable (nobody listens: the container has ended, or not begun).
  static base::Result<std::shared_ptr<ShimConnection>> open(base::Executor ex, const std::string& directory);
  ~ShimConnection();
  ShimConnection(const ShimConnection&) = delete;
  ShimConnection& operator=(const ShimConnection&) = delete;

  /// Errors: unavailable (the shim has closed), cancelled, deadline_exceeded (see `expire_after`).
  base::Awaitable<base::Result<void>> write(shim::FrameKind kind, std::string payload);
  base::Awaitable<base::Result<shim::Frame>> read();
  /// Everything that waits, and comes later, ends with deadline_exceeded then. 0: never.
  void expire_after(std::chrono::milliseconds d);
  void close();

 private:
  struct Impl;
  explicit ShimConnection(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

/// Runs `call` in the container and connects to it. Errors: invalid_argument (it cannot be run; the shim's
/// words), unavailable, deadline_exceeded.
base::Awaitable<base::Result<std::shared_ptr<ShimConnection>>> begin_call(base::Executor ex,
                                                                          std::string directory,
                                                                          shim::FrameKind kind,
                                                                          shim::ExecCall call);
/// Error: unavailable (it has ended).
base::Awaitable<base::Result<void>> send_signal(base::Executor ex, std::string directory,
                                                shim::Signal signal);
/// An exec or attachment as the agent's callers see it.
std::shared_ptr<ProcessStream> make_stream(std::shared_ptr<ShimConnection> connection);

}  // namespace node_agent::runtime
