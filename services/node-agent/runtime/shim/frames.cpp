#include "node-agent/runtime/shim/frames.hpp"
#include <cstdlib>
#include "node-agent/runtime/shim/records.hpp"

namespace node_agent::shim {

namespace {

unsigned byte_at(std::string_view text, std::size_t i) {
  return static_cast<unsigned char>(text[i]);
}

}  // namespace

std::string encode_frame(FrameKind kind, std::string_view payload) {
  std::string out(1, static_cast<char>(kind));
  for (int shift = 0; shift < 32; shift += 8)
    out += static_cast<char>(payload.size() >> shift & 0xff);
  return out.append(payload);
}

std::optional<std::size_t> payload_bytes(std::string_view head) {
  std::size_t size = 0;
  for (std::size_t i = 0; i < 4; ++i)
    size |= static_cast<std::size_t>(byte_at(head, i + 1)) << (8 * i);
  return size <= frame_bytes_max ? std::optional(size) : std::nullopt;
}

std::optional<Frame> FrameReader::next() {
  if (broken_ || buffer_.size() < frame_head_bytes) return std::nullopt;
  const auto size = payload_bytes(buffer_);
  broken_ = !size;
  if (!size || buffer_.size() < frame_head_bytes + *size) return std::nullopt;
  Frame out{static_cast<FrameKind>(buffer_[0]), buffer_.substr(frame_head_bytes, *size)};
  buffer_.erase(0, frame_head_bytes + *size);
  return out;
}

std::string ExecCall::encode() const {
  Records out;
  out.add_all("command", command);
  out.add("stdin", stdin_);
  out.add("stdout", stdout_);
  out.add("stderr", stderr_);
  out.add("tty", tty);
  return out.encode();
}

std::optional<ExecCall> ExecCall::decode(std::string_view payload) {
  const auto records = Records::decode(payload);
  if (!records) return std::nullopt;
  return ExecCall{records->all("command"), records->number("stdin") != 0, records->number("stdout") != 0,
                  records->number("stderr") != 0, records->number("tty") != 0};
}

std::string Signal::encode() const {
  return whole ? "all" : std::to_string(number);
}

Signal Signal::decode(std::string_view payload) {
  if (payload == "all") return {0, true};
  return {std::atoi(std::string(payload).c_str()), false};
}

std::string WindowSize::encode() const {
  std::string out;
  for (const unsigned n : {unsigned{width}, unsigned{height}}) {
    out += static_cast<char>(n & 0xff);
    out += static_cast<char>(n >> 8);
  }
  return out;
}

std::optional<WindowSize> WindowSize::decode(std::string_view payload) {
  if (payload.size() != 4) return std::nullopt;
  return WindowSize{static_cast<std::uint16_t>(byte_at(payload, 0) | byte_at(payload, 1) << 8),
                    static_cast<std::uint16_t>(byte_at(payload, 2) | byte_at(payload, 3) << 8)};
}

}  // namespace node_agent::shim
