#include "cel/literal.hpp"
#include <charconv>
#include <cmath>
#include "base/encoding.hpp"
#include "cel/utf8.hpp"

namespace cel {

namespace {

template <class T>
std::optional<T> whole(std::string text) {
  // from_chars takes the sign before the digits, but not the 0x between them.
  int base = 10;
  const std::size_t sign = text.starts_with('-') ? 1 : 0;
  if (text.compare(sign, 2, "0x") == 0) {
    base = 16;
    text.erase(sign, 2);
  }
  T value;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (ec != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::uint32_t number(std::string_view digits, int base) {
  std::uint32_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  return value;
}

char simple_escape(char c) {
  switch (c) {
    case 'a':
      return '\a';
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'v':
      return '\v';
    default:
      return c;
  }
}

/// Takes one escape off `text`, which begins after the backslash. False if its code point may not be.
bool unescape_one(std::string_view& text, bool bytes, std::string& out) {
  const char c = text[0];
  const bool octal = c >= '0' && c <= '3';
  const std::size_t hex = c == 'x' || c == 'X' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
  if (!octal && hex == 0) {
    out += simple_escape(c);
    text.remove_prefix(1);
    return true;
  }
  const std::uint32_t value = octal ? number(text.substr(0, 3), 8) : number(text.substr(1, hex), 16);
  text.remove_prefix(octal ? 3 : 1 + hex);
  if (bytes) {
    if (hex > 2) return false;
    out += static_cast<char>(value);
    return true;
  }
  if (value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return false;
  utf8::append(out, value);
  return true;
}

std::optional<std::string> unquote(std::string_view text, bool bytes) {
  bool raw = false;
  for (; text[0] != '"' && text[0] != '\''; text.remove_prefix(1))
    if (text[0] == 'r' || text[0] == 'R') raw = true;
  const std::size_t quotes = text.size() >= 6 && text[1] == text[0] && text[2] == text[0] ? 3 : 1;
  text = text.substr(quotes, text.size() - 2 * quotes);
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const char c = text[0];
    text.remove_prefix(1);
    if (c == '\r') {  // Line ends are all '\n' in a value.
      if (text.starts_with('\n')) text.remove_prefix(1);
      out += '\n';
    } else if (c != '\\' || raw) {
      out += c;
    } else if (text.empty() || !unescape_one(text, bytes, out)) {
      return std::nullopt;
    }
  }
  return out;
}

std::optional<double> floating(std::string_view text) {
  double value;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size()) return std::nullopt;
  // Too small is zero; too big is no number.
  if (ec == std::errc::result_out_of_range) {
    value = std::strtod(std::string(text).c_str(), nullptr);
    if (std::isinf(value)) return std::nullopt;
  }
  return value;
}

}  // namespace

std::optional<Literal> literal_of(const Token& token, bool negative, std::string& problem) {
  std::string text = (negative ? "-" : "") + std::string(token.text);
  switch (token.kind) {
    case TokenKind::integer:
      if (const auto v = whole<std::int64_t>(text)) return Literal::of(*v);
      problem = "invalid int literal";
      return std::nullopt;
    case TokenKind::uinteger:
      text.pop_back();
      if (const auto v = whole<std::uint64_t>(text)) return Literal::of(*v);
      problem = "invalid uint literal";
      return std::nullopt;
    case TokenKind::floating:
      if (const auto v = floating(text)) return Literal::of(*v);
      problem = "invalid double literal";
      return std::nullopt;
    default:
      break;
  }
  const bool bytes = token.kind == TokenKind::bytes;
  auto value = unquote(token.text, bytes);
  if (value && (bytes || base::is_valid_utf8(*value)))
    return bytes ? Literal::of_bytes(std::move(*value)) : Literal::of(std::move(*value));
  problem = "unable to unescape string";
  return std::nullopt;
}

}  // namespace cel
