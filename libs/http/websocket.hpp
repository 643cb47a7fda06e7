#pragma once
#include <string>
#include <string_view>
#include "base/async.hpp"

namespace http {

/// A WebSocket (RFC 6455), either side. Belongs to one strand; one reader and one writer at a time.
class WebSocket {
 public:
  struct Message {
    std::string data;
    bool binary = true;
  };
  virtual ~WebSocket() = default;
  /// The subprotocol agreed on, e.g. "v5.channel.k8s.io".
  virtual std::string_view subprotocol() const = 0;
  /// Errors: cancelled; unavailable at the end of the stream (closed by the peer or the network).
  virtual base::Awaitable<base::Result<Message>> read() = 0;
  virtual base::Awaitable<base::Result<void>> write(std::string_view data, bool binary = true) = 0;
  virtual base::Awaitable<void> close(int code = 1000, std::string_view reason = {}) = 0;
};

}  // namespace http
