#pragma once
#include <optional>
#include <string>
#include <string_view>
#include "http/client.hpp"

namespace storage::wire {

/// Takes whole lines out of bytes that arrive in pieces: in JSON each message of a stream is one.
class LineReader {
 public:
  explicit LineReader(std::size_t line_bytes_max) : line_bytes_max_(line_bytes_max) {}
  void feed(std::string_view bytes) { buffer_.append(bytes); }
  /// The next line, without its end; empty optional if more bytes are needed. Error: resource_exhausted.
  base::Result<std::optional<std::string>> next();

 private:
  std::size_t line_bytes_max_;
  std::string buffer_;
  std::size_t read_ = 0;      ///< Given out.
  std::size_t searched_ = 0;  ///< Between the two there is no newline.
};

/// The next line, read from `stream` as far as need be; empty optional at its end.
base::Awaitable<base::Result<std::optional<std::string>>> next_line(http::ResponseStream& stream,
                                                                    LineReader& lines);

/// The body of an answer that is an error and no stream; of a long one the first 64 KiB, about.
base::Awaitable<std::string> read_refusal(http::ResponseStream& stream);

}  // namespace storage::wire
