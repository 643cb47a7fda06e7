#pragma once
#include <memory>
#include <string>
#include <string_view>
#include "http/message.hpp"

namespace apiserver::request {

/// Answers longer than this are compressed for who accepts it. Upstream's value.
inline constexpr std::size_t gzip_threshold_bytes = 128 * 1024;

bool accepts_gzip(const http::Headers& headers);

/// Compresses a stream as it comes (RFC 1952), at the level that costs least, as upstream: its memory is
/// zlib's window, some 256 KiB. Belongs to one coroutine.
class Gzip {
 public:
  Gzip();
  ~Gzip();
  /// Appends to `out` what of `text` and what came before it is ready.
  void add(std::string_view text, std::string& out);
  /// Appends the rest. The stream is spent.
  void finish(std::string& out);

 private:
  struct Stream;
  void pump(std::string_view text, int flush, std::string& out);
  const std::unique_ptr<Stream> stream_;
};

}  // namespace apiserver::request
