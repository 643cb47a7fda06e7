#include "base/encoding.hpp"
#include <array>
#include <cstdint>
#include <cstring>

namespace base {
namespace {

constexpr std::string_view standard_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view url_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr std::array<std::int32_t, 256> reverse_of(std::string_view alphabet) {
  std::array<std::int32_t, 256> table{};
  table.fill(-1);
  for (std::size_t i = 0; i < alphabet.size(); ++i)
    table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::int32_t>(i);
  return table;
}
constexpr auto standard_reverse = reverse_of(standard_alphabet);
constexpr auto url_reverse = reverse_of(url_alphabet);

/// Twelve bits to two characters: half the steps, and no branch in them.
using Pairs = std::array<char, 2 * 4096>;
constexpr Pairs pairs_of(std::string_view alphabet) {
  Pairs pairs{};
  for (std::size_t i = 0; i < 4096; ++i) {
    pairs[2 * i] = alphabet[i >> 6];
    pairs[2 * i + 1] = alphabet[i & 63];
  }
  return pairs;
}
constexpr Pairs standard_pairs = pairs_of(standard_alphabet);
constexpr Pairs url_pairs = pairs_of(url_alphabet);

void encode64(std::string& out, std::string_view bytes, const Pairs& pairs, bool pad) {
  const std::size_t whole = bytes.size() / 3, rest = bytes.size() % 3;
  const std::size_t before = out.size(), tail = rest == 0 ? 0 : pad ? 4 : rest + 1;
  out.resize(before + whole * 4 + tail);
  const auto* in = reinterpret_cast<const unsigned char*>(bytes.data());
  char* to = out.data() + before;
  for (std::size_t i = 0; i < whole; ++i, in += 3, to += 4) {
    const std::uint32_t v = std::uint32_t{in[0]} << 16 | std::uint32_t{in[1]} << 8 | in[2];
    std::memcpy(to, &pairs[2 * (v >> 12)], 2);
    std::memcpy(to + 2, &pairs[2 * (v & 4095)], 2);
  }
  if (rest == 0) return;
  const std::uint32_t v = std::uint32_t{in[0]} << 16 | (rest == 2 ? std::uint32_t{in[1]} << 8 : 0);
  const char last[] = {pairs[2 * (v >> 12)], pairs[2 * (v >> 12) + 1],
                       rest == 2 ? pairs[2 * (v & 4095)] : '=', '='};
  std::memcpy(to, last, tail);
}

/// A character's six bits, or all ones where it is none: shifted and joined, that makes its group negative.
using Reverse = std::array<std::int32_t, 256>;
std::uint32_t sextet(const char* text, std::size_t i, const Reverse& reverse) {
  return static_cast<std::uint32_t>(reverse[static_cast<unsigned char>(text[i])]);
}
std::int32_t group(const char* text, const Reverse& r) {
  return static_cast<std::int32_t>(sextet(text, 0, r) << 18 | sextet(text, 1, r) << 12 |
                                   sextet(text, 2, r) << 6 | sextet(text, 3, r));
}
/// Of the last characters, fewer than four.
std::int32_t group(const char* text, std::size_t size, const Reverse& r) {
  std::uint32_t v = 0;
  for (std::size_t i = 0; i < size; ++i)
    v |= sextet(text, i, r) << (18 - 6 * i);
  return static_cast<std::int32_t>(v);
}

Result<std::string> decode64(std::string_view text, const Reverse& reverse) {
  const Error bad(Errc::invalid_argument, "illegal base64 data");
  const std::size_t whole = text.size() / 4, rest = text.size() % 4;
  if (rest == 1) return bad;
  std::string out(whole * 3 + (rest == 0 ? 0 : rest - 1), '\0');
  const char* in = text.data();
  char* to = out.data();
  std::int32_t wrong = 0;
  for (std::size_t i = 0; i < whole; ++i, in += 4, to += 3) {
    const std::int32_t v = group(in, reverse);
    wrong |= v;
    to[0] = static_cast<char>(v >> 16);
    to[1] = static_cast<char>(v >> 8);
    to[2] = static_cast<char>(v);
  }
  const std::int32_t v = group(in, rest, reverse);
  if ((wrong | v) < 0) return bad;
  // Bits past the last whole byte must be zero, or two texts would stand for one value.
  if ((rest == 2 && (v & 0xffff)) || (rest == 3 && (v & 0xff))) return bad;
  if (rest >= 2) to[0] = static_cast<char>(v >> 16);
  if (rest == 3) to[1] = static_cast<char>(v >> 8);
  return out;
}

bool is_unreserved(unsigned char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

void base64_append(std::string& out, std::string_view bytes) {
  encode64(out, bytes, standard_pairs, true);
}

std::string base64_encode(std::string_view bytes) {
  std::string out;
  base64_append(out, bytes);
  return out;
}

Result<std::string> base64_decode(std::string_view text) {
  if (text.size() % 4 != 0) return Error(Errc::invalid_argument, "illegal base64 data: wrong padding");
  if (text.ends_with("==")) {
    text.remove_suffix(2);
  } else if (text.ends_with('=')) {
    text.remove_suffix(1);
  }
  return decode64(text, standard_reverse);
}

std::string base64url_encode(std::string_view bytes) {
  std::string out;
  encode64(out, bytes, url_pairs, false);
  return out;
}

Result<std::string> base64url_decode(std::string_view text) {
  return decode64(text, url_reverse);
}

std::string hex_encode(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    out += digits[static_cast<unsigned char>(c) >> 4];
    out += digits[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char ch : text) {
    const auto c = static_cast<unsigned char>(ch);
    if (is_unreserved(c)) {
      out += ch;
    } else {
      out += '%';
      out += digits[c >> 4];
      out += digits[c & 15];
    }
  }
  return out;
}

Result<std::string> percent_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
    if (high < 0 || low < 0) return Error(Errc::invalid_argument, "invalid percent-encoding");
    out += static_cast<char>(high << 4 | low);
    i += 2;
  }
  return out;
}

bool is_valid_utf8(std::string_view text) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  for (std::size_t i = 0; i < text.size();) {
    const unsigned char first = byte(i);
    const std::size_t length = first < 0x80   ? 1
                               : first < 0xC2 ? 0
                               : first < 0xE0 ? 2
                               : first < 0xF0 ? 3
                               : first < 0xF5 ? 4
                                              : 0;
    if (length == 0 || text.size() - i < length) return false;
    char32_t point = length == 1 ? first : first & (0x7Fu >> length);
    for (std::size_t k = 1; k < length; ++k) {
      if ((byte(i + k) & 0xC0) != 0x80) return false;
      point = point << 6 | (byte(i + k) & 0x3Fu);
    }
    if (length == 3 && (point < 0x800 || (point >= 0xD800 && point <= 0xDFFF))) return false;
    if (length == 4 && (point < 0x10000 || point > 0x10FFFF)) return false;
    i += length;
  }
  return true;
}

}  // namespace base
