#include "node-agent/runtime/process/image_reference.hpp"
#include <algorithm>
#include <cctype>

namespace node_agent::runtime {

namespace {

constexpr std::size_t name_bytes_max = 255, tag_bytes_max = 128, digest_hex_min = 32;

bool is_lower_alnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}
bool is_alnum(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0;
}

/// Lower-case letters and digits, between them one '.', one or two '_', or any number of '-'.
bool is_path_part(std::string_view part) {
  if (part.empty() || !is_lower_alnum(part.front()) || !is_lower_alnum(part.back())) return false;
  for (std::size_t i = 0; i < part.size();) {
    if (is_lower_alnum(part[i])) {
      ++i;
      continue;
    }
    const char separator = part[i];
    const auto end = std::min(part.find_first_not_of(separator, i), part.size());
    const auto count = end - i;
    if (separator == '.' ? count != 1 : separator == '_' ? count > 2 : separator != '-') return false;
    if (!is_lower_alnum(part[end])) return false;
    i = end;
  }
  return true;
}

bool is_tag(std::string_view tag) {
  if (tag.empty() || tag.size() > tag_bytes_max || !(is_alnum(tag[0]) || tag[0] == '_')) return false;
  return std::all_of(tag.begin(), tag.end(),
                     [](char c) { return is_alnum(c) || c == '_' || c == '.' || c == '-'; });
}

bool is_digest(std::string_view digest) {
  const auto colon = digest.find(':');
  if (colon == digest.npos || colon == 0 || !std::isalpha(static_cast<unsigned char>(digest[0])))
    return false;
  const auto hex = digest.substr(colon + 1);
  return hex.size() >= digest_hex_min && std::all_of(hex.begin(), hex.end(), [](char c) {
           return std::isxdigit(static_cast<unsigned char>(c)) != 0;
         });
}

/// A first part is a host if it could not be a part of a path, or is "localhost".
bool looks_like_host(std::string_view part) {
  return part.find_first_of(".:") != part.npos || part == "localhost";
}

bool is_host(std::string_view host) {
  const auto colon = host.find(':');
  const auto port = colon == host.npos ? std::string_view("0") : host.substr(colon + 1);
  const auto name = host.substr(0, colon);
  return !name.empty() && is_alnum(name.front()) && is_alnum(name.back()) &&
         std::all_of(name.begin(), name.end(), [](char c) { return is_alnum(c) || c == '.' || c == '-'; }) &&
         !port.empty() && std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

bool is_image_reference(std::string_view text) {
  if (const auto at = text.find('@'); at != text.npos) {
    if (!is_digest(text.substr(at + 1))) return false;
    text = text.substr(0, at);
  }
  const auto last_slash = text.rfind('/');
  const auto colon = text.find(':', last_slash == text.npos ? 0 : last_slash);
  if (colon != text.npos) {
    if (!is_tag(text.substr(colon + 1))) return false;
    text = text.substr(0, colon);
  }
  if (text.empty() || text.size() > name_bytes_max) return false;
  const auto slash = text.find('/');
  if (slash != text.npos && looks_like_host(text.substr(0, slash))) {
    if (!is_host(text.substr(0, slash))) return false;
    text = text.substr(slash + 1);
  }
  for (;;) {
    const auto end = text.find('/');
    if (!is_path_part(text.substr(0, end))) return false;
    if (end == text.npos) return true;
    text = text.substr(end + 1);
  }
}

}  // namespace node_agent::runtime
