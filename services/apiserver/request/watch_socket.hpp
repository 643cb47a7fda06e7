#pragma once
#include <memory>
#include "apiserver/negotiation/accept.hpp"
#include "http/server.hpp"

namespace apiserver::request {

/// The events of a watch as messages of a WebSocket, which is what browsers can read: one event a message,
/// JSON as text, protobuf as binary without the length that frames it elsewhere. Takes what WatchFrames
/// gives.
class SocketWriter final : public http::BodyWriter {
 public:
  SocketWriter(http::WebSocket& socket, negotiation::Encoding encoding)
      : socket_(socket), binary_(encoding == negotiation::Encoding::protobuf) {}
  base::Awaitable<base::Result<void>> write(std::vector<http::SharedBytes> pieces) override;
  /// Closes the socket.
  base::Awaitable<base::Result<void>> finish() override;

 private:
  http::WebSocket& socket_;
  const bool binary_;
};

/// The subprotocol to agree on: the one that was offered, whatever it is; none if there were several.
std::vector<std::string> watch_subprotocols(const http::Headers& headers);

}  // namespace apiserver::request
