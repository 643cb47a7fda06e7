#include "apiserver/request/watch_socket.hpp"
#include "apiserver/request/watch_frames.hpp"

namespace apiserver::request {

base::Awaitable<base::Result<void>> SocketWriter::write(std::vector<http::SharedBytes> pieces) {
  const std::size_t step = binary_ ? WatchFrames::protobuf_pieces : WatchFrames::json_pieces;
  for (std::size_t at = 0; at + step <= pieces.size(); at += step) {
    std::string message;
    for (std::size_t i = 0; i < step; ++i)
      message += *pieces[at + i];
    const auto content = std::string_view(message).substr(binary_ ? WatchFrames::length_bytes : 0);
    auto written = co_await socket_.write(content, binary_);
    if (!written) co_return written;
  }
  co_return base::Result<void>();
}

base::Awaitable<base::Result<void>> SocketWriter::finish() {
  co_await socket_.close();
  co_return base::Result<void>();
}

std::vector<std::string> watch_subprotocols(const http::Headers& headers) {
  const auto offered = headers.all("Sec-WebSocket-Protocol");
  if (offered.size() != 1 || offered[0].find(',') != std::string_view::npos) return {};
  return {std::string(offered[0])};
}

}  // namespace apiserver::request
