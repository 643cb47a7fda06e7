#include "node-agent/server/channels.hpp"
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include "base/encoding.hpp"

namespace node_agent::server {

namespace json = boost::json;

std::vector<std::string> exec_protocols() {
  return {"v5.channel.k8s.io", "v4.channel.k8s.io", "v4.base64.channel.k8s.io", "channel.k8s.io",
          "base64.channel.k8s.io"};
}

std::vector<std::string> port_forward_protocols() {
  return {"v4.channel.k8s.io", "v4.base64.channel.k8s.io"};
}

Protocol protocol_of(std::string_view name) {
  Protocol p;
  p.base64 = name.find("base64") != std::string_view::npos;
  p.closes = name.starts_with("v5.");
  p.status = name.starts_with("v5.") || name.starts_with("v4.");
  return p;
}

base::Result<Frame> decode_frame(const Protocol& protocol, std::string_view message) {
  if (message.empty()) return base::Error(base::Errc::invalid_argument, "an empty frame names no channel");
  Frame f;
  if (!protocol.base64) {
    f.channel = static_cast<std::uint8_t>(message.front());
    f.data = message.substr(1);
    return f;
  }
  if (message.front() < '0' || message.front() > '9')
    return base::Error(base::Errc::invalid_argument, "a frame begins with the number of its channel");
  f.channel = static_cast<std::uint8_t>(message.front() - '0');
  auto data = base::base64_decode(message.substr(1));
  if (!data) return data.error();
  f.data = std::move(*data);
  return f;
}

std::string encode_frame(const Protocol& protocol, std::uint8_t channel, std::string_view data) {
  if (protocol.base64) return static_cast<char>('0' + channel) + base::base64_encode(data);
  std::string out;
  out.reserve(data.size() + 1);
  out.push_back(static_cast<char>(channel));
  return out.append(data);
}

std::optional<TerminalSize> parse_resize(std::string_view data) {
  boost::system::error_code error;
  const auto v = json::parse(data, error);
  if (error || !v.is_object()) return std::nullopt;
  const auto number = [&](const char* key) {
    const auto* n = v.as_object().if_contains(key);
    const auto value = n && n->is_int64() ? n->as_int64() : 0;
    return static_cast<std::uint16_t>(value < 0 || value > 65535 ? 0 : value);
  };
  const TerminalSize size{number("Width"), number("Height")};
  if (size.width == 0 || size.height == 0) return std::nullopt;
  return size;
}

std::string exit_status(int exit_code, const std::string& failure) {
  json::object status;
  status["kind"] = "Status";
  status["apiVersion"] = "v1";
  status["metadata"] = json::object();
  if (exit_code == 0 && failure.empty()) {
    status["status"] = "Success";
    return json::serialize(status);
  }
  status["status"] = "Failure";
  if (!failure.empty()) {
    status["message"] = failure;
    status["reason"] = "InternalError";
    status["code"] = 500;
    return json::serialize(status);
  }
  json::object cause, details;
  cause["reason"] = "ExitCode";
  cause["message"] = std::to_string(exit_code);
  details["causes"] = json::array{std::move(cause)};
  status["message"] = "command terminated with non-zero exit code: exit status " + std::to_string(exit_code);
  status["reason"] = "NonZeroExitCode";
  status["details"] = std::move(details);
  return json::serialize(status);
}

}  // namespace node_agent::server
