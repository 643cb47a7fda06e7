#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace node_agent::shim {

/// What goes over a shim's socket, both ways: a byte for the kind, four for the length (low byte first), the
/// payload. A connection is for one thing, said by its first frame.
enum class FrameKind : char {
  // To the shim. The first four begin a connection.
  watch = 'w',   ///< Answered by `done` when it runs. The connection ends when the container has ended and
                 ///< that is recorded.
  signal = 's',  ///< Payload: Signal. Answered by `done`.
  exec = 'e',    ///< Payload: ExecCall. Answered by `done` when it runs, or `failed`.
  attach = 'a',  ///< Payload: ExecCall without a command. Answered by `done`.
  input = 'i',
  input_end = 'c',
  resize = 'r',  ///< Payload: width and height, two bytes each, low byte first.
  // From the shim.
  done = 'o',
  failed = '!',  ///< Payload: the exit code in decimals, a space, the reason in words.
  out = 'O',
  err = 'E',
  exit = 'x',  ///< Payload: the exit code in decimals. The last frame.
};

struct Frame {
  FrameKind kind{};
  std::string payload;
};

inline constexpr std::size_t frame_head_bytes = 5;
/// A command line of Linux may be that long; a larger frame ends the connection.
inline constexpr std::size_t frame_bytes_max = 2 << 20;
inline constexpr std::size_t data_bytes_max = 32 * 1024;  ///< In one frame of input or output.

std::string encode_frame(FrameKind kind, std::string_view payload = {});
/// The length of the payload that follows this head; none if it is too large.
std::optional<std::size_t> payload_bytes(std::string_view head);

/// Takes frames off the front of what came.
class FrameReader {
 public:
  void feed(std::string_view data) { buffer_ += data; }
  std::optional<Frame> next();
  bool broken() const noexcept { return broken_; }
  std::size_t buffered() const noexcept { return buffer_.size(); }

 private:
  std::string buffer_;
  bool broken_ = false;  ///< A frame was too large: nothing more can be read.
};

struct ExecCall {
  std::vector<std::string> command;
  bool stdin_ = false, stdout_ = false, stderr_ = false, tty = false;

  std::string encode() const;
  static std::optional<ExecCall> decode(std::string_view payload);
};

struct Signal {
  int number = 0;
  bool whole = false;  ///< Kill everything in the container; `number` does not count.

  std::string encode() const;
  static Signal decode(std::string_view payload);
};

struct WindowSize {
  std::uint16_t width = 0, height = 0;

  std::string encode() const;
  static std::optional<WindowSize> decode(std::string_view payload);
};

}  // namespace node_agent::shim
