#pragma once
#include <optional>
#include <string>
#include <string_view>
#include "raft-store/gateway/form.hpp"

namespace raft_store::gateway {

/// Takes whole JSON objects out of bytes that arrive in pieces, written one after the other with or without
/// white space between. Only as much is understood as is needed to find their ends.
class JsonSplitter {
 public:
  explicit JsonSplitter(std::size_t message_bytes_max) : message_bytes_max_(message_bytes_max) {}
  void feed(std::string_view bytes) { buffer_.append(bytes); }
  /// The next object; empty optional if more bytes are needed. Errors: resource_exhausted; invalid_argument
  /// (something else than an object).
  base::Result<std::optional<std::string>> next();
  bool empty() const noexcept { return buffer_.empty(); }

 private:
  std::optional<std::size_t> find_end();

  std::size_t message_bytes_max_;
  std::string buffer_;  ///< Begins with an object's '{' once `next` has looked.
  std::size_t scanned_ = 0;
  int depth_ = 0;
  bool in_string_ = false, escaped_ = false;
};

/// The messages of a streaming call: JSON objects, or protobuf frames. Belongs to the exchange's strand.
class MessageReader {
 public:
  MessageReader(http::Exchange& exchange, Form form, std::size_t message_bytes_max)
      : exchange_(exchange), form_(form), frames_(message_bytes_max), objects_(message_bytes_max) {}
  /// Waits for the next one; empty optional at the proper end of the body. Errors: invalid_argument,
  /// resource_exhausted; unavailable when the peer is gone; cancelled.
  base::Awaitable<base::Result<std::optional<std::string>>> next();

 private:
  http::Exchange& exchange_;
  Form form_;
  wire::FrameReader frames_;
  JsonSplitter objects_;
  bool ended_ = false;
};

}  // namespace raft_store::gateway
