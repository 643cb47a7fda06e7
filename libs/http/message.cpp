#include "http/message.hpp"
#include <algorithm>
#include <cctype>
#include "base/encoding.hpp"

namespace http {
namespace {

bool same_name(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

/// In a query "+" is a space.
base::Result<std::string> decode_component(std::string_view text) {
  std::string plain(text);
  std::replace(plain.begin(), plain.end(), '+', ' ');
  return base::percent_decode(plain);
}

}  // namespace

std::string_view Headers::get(std::string_view name) const noexcept {
  for (const auto& [n, v] : fields_)
    if (same_name(n, name)) return v;
  return {};
}

bool Headers::has(std::string_view name) const noexcept {
  return std::any_of(fields_.begin(), fields_.end(), [&](const auto& f) { return same_name(f.first, name); });
}

std::vector<std::string_view> Headers::all(std::string_view name) const {
  std::vector<std::string_view> out;
  for (const auto& [n, v] : fields_)
    if (same_name(n, name)) out.push_back(v);
  return out;
}

void Headers::add(std::string name, std::string value) {
  fields_.emplace_back(std::move(name), std::move(value));
}

void Headers::set(std::string name, std::string value) {
  remove(name);
  add(std::move(name), std::move(value));
}

void Headers::remove(std::string_view name) {
  std::erase_if(fields_, [&](const auto& f) { return same_name(f.first, name); });
}

Query Query::parse(std::string_view text) {
  Query q;
  while (!text.empty()) {
    const auto part = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), part.size() + 1));
    if (part.empty()) continue;
    const auto equals = part.find('=');
    auto name = decode_component(part.substr(0, equals));
    auto value =
        decode_component(equals == std::string_view::npos ? std::string_view() : part.substr(equals + 1));
    if (name && value)
      q.parameters_.emplace_back(std::move(*name), std::move(*value));
    else
      ++q.malformed;
  }
  return q;
}

std::optional<std::string_view> Query::get(std::string_view name) const noexcept {
  for (const auto& [n, v] : parameters_)
    if (n == name) return v;
  return std::nullopt;
}

std::vector<std::string_view> Query::all(std::string_view name) const {
  std::vector<std::string_view> out;
  for (const auto& [n, v] : parameters_)
    if (n == name) out.push_back(v);
  return out;
}

void Query::add(std::string name, std::string value) {
  parameters_.emplace_back(std::move(name), std::move(value));
}

std::string Query::encode() const {
  std::string out;
  for (const auto& [n, v] : parameters_)
    out += (out.empty() ? "" : "&") + base::percent_encode(n) + "=" + base::percent_encode(v);
  return out;
}

SharedBytes make_bytes(std::string text) {
  return std::make_shared<const std::string>(std::move(text));
}

std::string_view reason_phrase(int status) noexcept {
  switch (status) {
    case 100:
      return "Continue";
    case 101:
      return "Switching Protocols";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 413:
      return "Request Entity Too Large";
    case 415:
      return "Unsupported Media Type";
    case 422:
      return "Unprocessable Entity";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
  }
  return "Unknown";
}

}  // namespace http
