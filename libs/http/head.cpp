#include "http/head.hpp"
#include <algorithm>
#include <charconv>
#include <ctime>

namespace http::detail {
namespace {

bool safe(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

bool is_ours(std::string_view name) {
  constexpr std::string_view names[] = {"content-length", "transfer-encoding", "connection", "date",
                                        "host",           "keep-alive"};
  return std::any_of(std::begin(names), std::end(names), [&](auto n) {
    return n.size() == name.size() && std::equal(n.begin(), n.end(), name.begin(), [](char a, char b) {
             return a == std::tolower(static_cast<unsigned char>(b));
           });
  });
}

void put_fields(std::string& out, const Headers& headers) {
  for (const auto& [name, value] : headers) {
    if (name.empty() || is_ours(name) || !safe(name) || !safe(value)) continue;
    out.append(name).append(": ").append(value).append("\r\n");
  }
}

void put_framing(std::string& out, Framing framing, std::size_t length) {
  if (framing == Framing::length) out += "Content-Length: " + std::to_string(length) + "\r\n";
  if (framing == Framing::chunked) out += "Transfer-Encoding: chunked\r\n";
}

/// RFC 9110's date, made once a second and thread.
const std::string& date_line() {
  thread_local std::time_t made = 0;
  thread_local std::string line;
  const auto now = std::time(nullptr);
  if (now != made) {
    made = now;
    std::tm utc{};
    gmtime_r(&now, &utc);
    char text[64];
    const auto n = std::strftime(text, sizeof text, "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &utc);
    line.assign(text, n);
  }
  return line;
}

}  // namespace

std::string response_head(int status, const Headers& headers, Framing framing, std::size_t length,
                          bool keep_alive) {
  std::string out;
  out.reserve(256);
  out.append("HTTP/1.1 ")
      .append(std::to_string(status))
      .append(" ")
      .append(reason_phrase(status))
      .append("\r\n");
  put_fields(out, headers);
  put_framing(out, framing, length);
  out += date_line();
  if (!keep_alive) out += "Connection: close\r\n";
  return out += "\r\n";
}

std::string request_head(const Request& request, std::string_view host, std::string_view user_agent,
                         Framing framing) {
  std::string out;
  out.reserve(512);
  out.append(request.method).append(" ").append(request.path);
  if (!request.raw_query.empty()) out.append("?").append(request.raw_query);
  out.append(" HTTP/1.1\r\nHost: ").append(request.host.empty() ? host : request.host).append("\r\n");
  if (!request.headers.has("User-Agent")) out.append("User-Agent: ").append(user_agent).append("\r\n");
  put_fields(out, request.headers);
  put_framing(out, framing, request.body.size());
  return out += "\r\n";
}

std::string chunk_head(std::size_t size) {
  char text[20];
  const auto end = std::to_chars(text, text + sizeof text, size, 16).ptr;
  return std::string(text, end) + "\r\n";
}

}  // namespace http::detail
