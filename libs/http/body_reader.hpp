#pragma once
#include <algorithm>
#include <boost/asio/ssl/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <functional>
#include "http/stream.hpp"

/// Internal to libs/http: reading a message's head and body with Beast's parser, one piece at a time.
namespace http::detail {

/// Reads more bytes into the connection's buffer; an error ends the message.
using Fill = std::function<base::Awaitable<error_code>()>;

/// Parses what is in `buffer`, asking `fill` for more until the head is complete.
template <bool is_request>
base::Awaitable<error_code> read_head(
    boost::beast::http::parser<is_request, boost::beast::http::buffer_body>& parser,
    boost::beast::flat_buffer& buffer, const Fill& fill) {
  parser.eager(false);
  while (true) {
    error_code error;
    if (buffer.size() > 0) {
      buffer.consume(parser.put(buffer.data(), error));
      if (error == boost::beast::http::error::need_more) error = {};
      if (error || parser.is_header_done()) co_return error;
    }
    error = co_await fill();
    if (error) co_return error;
  }
}

/// The next piece of the body, empty at its end.
template <bool is_request>
base::Awaitable<base::Result<std::string>> read_body_piece(
    boost::beast::http::parser<is_request, boost::beast::http::buffer_body>& parser,
    boost::beast::flat_buffer& buffer, const Fill& fill) {
  constexpr std::size_t piece_bytes = 16 * 1024;
  std::string piece;
  while (!parser.is_done()) {
    error_code error;
    if (buffer.size() > 0) {
      piece.resize(std::min(piece_bytes, buffer.size()));
      const std::size_t room = piece.size();
      auto& body = parser.get().body();
      body.data = piece.data();
      body.size = piece.size();
      body.more = true;
      const std::size_t used = parser.put(buffer.data(), error);
      buffer.consume(used);
      piece.resize(room - body.size);
      body.data = nullptr;
      if (error == boost::beast::http::error::need_more || error == boost::beast::http::error::need_buffer)
        error = {};
      if (error) co_return to_error(error, "reading the body");
      if (!piece.empty()) co_return piece;
      // A chunk's head was read: its data may be here already.
      if (used > 0) continue;
    }
    error = co_await fill();
    if (error == asio::error::eof || error == asio::ssl::error::stream_truncated) {
      // A body without a length ends with the connection; any other is cut short.
      error_code incomplete;
      parser.put_eof(incomplete);
      if (!incomplete) break;
    }
    if (error) co_return to_error(error, "reading the body");
  }
  co_return std::string();
}

}  // namespace http::detail
