#include "storage/line_reader.hpp"
#include <boost/asio/awaitable.hpp>

namespace storage::wire {

base::Result<std::optional<std::string>> LineReader::next() {
  const std::size_t end = buffer_.find('\n', searched_);
  if (end != std::string::npos) {
    std::optional<std::string> line(buffer_.substr(read_, end - read_));
    read_ = searched_ = end + 1;
    return line;
  }
  buffer_.erase(0, read_);
  read_ = 0;
  searched_ = buffer_.size();
  if (searched_ > line_bytes_max_)
    return base::Error(base::Errc::resource_exhausted, "a message of the stream is too large");
  return std::optional<std::string>();
}

base::Awaitable<base::Result<std::optional<std::string>>> next_line(http::ResponseStream& stream,
                                                                    LineReader& lines) {
  for (;;) {
    auto line = lines.next();
    if (!line || *line) co_return line;
    const auto piece = co_await stream.read_some();
    if (!piece) co_return piece.error();
    if (piece->empty()) co_return line;
    lines.feed(*piece);
  }
}

base::Awaitable<std::string> read_refusal(http::ResponseStream& stream) {
  std::string body;
  while (body.size() < 65536) {
    const auto piece = co_await stream.read_some();
    if (!piece || piece->empty()) break;
    body += *piece;
  }
  co_return body;
}

}  // namespace storage::wire
