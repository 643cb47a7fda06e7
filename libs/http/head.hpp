#pragma once
#include <string>
#include "http/message.hpp"

namespace http::detail {
/// How the end of a body is told.
enum class Framing { none, length, chunked };

/// The head of a response or request as HTTP/1.1 text. Header fields whose name or value could smuggle a line
/// break are left out: no text of a peer can start a line of ours.
std::string response_head(int status, const Headers& headers, Framing framing, std::size_t length,
                          bool keep_alive);
std::string request_head(const Request& request, std::string_view host, std::string_view user_agent,
                         Framing framing);
/// "1a\r\n": a chunk's size line.
std::string chunk_head(std::size_t size);
inline constexpr std::string_view chunk_end = "\r\n", last_chunk = "0\r\n\r\n";
}  // namespace http::detail
