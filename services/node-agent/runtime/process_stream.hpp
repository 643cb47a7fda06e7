#pragma once
#include <cstdint>
#include <string>
#include "base/async.hpp"

namespace node_agent::runtime {

/// A process and its three streams, or a connection to a port of a pod. Belongs to the strand that opened it;
/// one reader, and beside it one writer.
class ProcessStream {
 public:
  /// What came out next.
  struct Output {
    enum class Kind { out, err, end } kind = Kind::end;
    std::string data;
    int exit_code = 0;  ///< With `end`.
  };
  virtual ~ProcessStream() = default;
  /// Errors: cancelled; internal (the runtime lost it).
  virtual base::Awaitable<base::Result<Output>> read() = 0;
  /// Waits while the process does not read. Error: unavailable when it has closed its input.
  virtual base::Awaitable<base::Result<void>> write(std::string data) = 0;
  virtual base::Awaitable<void> close_input() = 0;
  virtual base::Awaitable<void> resize(std::uint16_t width, std::uint16_t height) = 0;
  /// The other side has gone: an exec's process is ended, an attached one is left alone.
  virtual void abandon() = 0;
};

}  // namespace node_agent::runtime
