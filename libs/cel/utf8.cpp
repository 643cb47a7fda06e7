#include "cel/utf8.hpp"
#include <algorithm>

namespace cel::utf8 {

namespace {

constexpr std::uint32_t broken = 0xFFFFFFFF;

unsigned char byte(std::string_view text, std::size_t i) {
  return static_cast<unsigned char>(text[i]);
}

/// The code point at the start of `text` and its length; `broken` if there is none.
std::uint32_t decode(std::string_view text, std::size_t& size) {
  const unsigned char lead = byte(text, 0);
  size = 1;
  if (lead < 0x80) return lead;
  const std::size_t need = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < need) return broken;
  std::uint32_t c = lead & (0xFF >> (need + 1));
  for (std::size_t i = 1; i < need; ++i) {
    if ((byte(text, i) & 0xC0) != 0x80) return broken;
    c = c << 6 | (byte(text, i) & 0x3F);
  }
  constexpr std::uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  if (c < least[need] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) return broken;
  size = need;
  return c;
}

}  // namespace

std::uint32_t next(std::string_view& text) noexcept {
  std::size_t size;
  const std::uint32_t c = decode(text, size);
  text.remove_prefix(size);
  return c == broken ? replacement : c;
}

std::size_t count(std::string_view text) noexcept {
  std::size_t n = 0;
  while (!text.empty()) {
    // The common case by the byte.
    if (byte(text, 0) < 0x80) {
      text.remove_prefix(1);
    } else {
      next(text);
    }
    ++n;
  }
  return n;
}

std::size_t offset(std::string_view text, std::size_t index) noexcept {
  std::string_view rest = text;
  while (index > 0 && !rest.empty()) {
    next(rest);
    --index;
  }
  return text.size() - rest.size();
}

void append(std::string& out, std::uint32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | c >> 6);
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | c >> 12);
    out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | c >> 18);
    out += static_cast<char>(0x80 | (c >> 12 & 0x3F));
    out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  }
}

}  // namespace cel::utf8
