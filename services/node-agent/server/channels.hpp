#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>
#include "base/error.hpp"

/// The WebSocket subprotocols of exec, attach and portForward, without sockets.
/// Source: KEP-4006 (v5.channel.k8s.io), and the remote command protocol of the API server before it (v4).
namespace node_agent::server {

enum class Channel : std::uint8_t {
  stdin_ = 0,
  stdout_ = 1,
  stderr_ = 2,
  error = 3,
  resize = 4,
  close = 255
};

/// What the two sides agreed on.
struct Protocol {
  bool base64 = false;  ///< Text frames: a digit and base64.
  bool closes = false;  ///< v5: a frame on channel 255 closes the channel it names.
  bool status = true;   ///< The end is a Status object on the error channel (v4 and later).
};
/// Ours, best first.
std::vector<std::string> exec_protocols();
std::vector<std::string> port_forward_protocols();
/// Of one of them; "" (a client that offered none) is the plain binary form.
Protocol protocol_of(std::string_view name);

struct Frame {
  std::uint8_t channel = 0;
  std::string data;
};
/// Errors: invalid_argument (empty frame, bad base64).
base::Result<Frame> decode_frame(const Protocol& protocol, std::string_view message);
std::string encode_frame(const Protocol& protocol, std::uint8_t channel, std::string_view data);

/// "{"Width":80,"Height":24}" of the resize channel. None if it is not that.
struct TerminalSize {
  std::uint16_t width = 0, height = 0;
};
std::optional<TerminalSize> parse_resize(std::string_view data);

/// The Status a command's end is told with: Success, or Failure with reason NonZeroExitCode and the code as
/// its cause; `failure` when it could not be run at all (InternalError).
std::string exit_status(int exit_code, const std::string& failure = {});

}  // namespace node_agent::server
