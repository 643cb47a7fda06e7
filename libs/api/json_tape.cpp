#include "api/json_tape.hpp"
#include <bit>
#include <cstring>
#include <limits>

namespace api {
namespace {

/// A byte's top bit is set in the result where `word` has a quote or a backslash there (the lowest such bit
/// is right, which is all that is asked for).
std::uint64_t marks_in(std::uint64_t word) noexcept {
  constexpr std::uint64_t ones = 0x0101010101010101, tops = 0x8080808080808080;
  const auto quotes = word ^ ones * '"', slashes = word ^ ones * '\\';
  return (((quotes - ones) & ~quotes) | ((slashes - ones) & ~slashes)) & tops;
}

/// Four hex digits; false if they are not.
bool hex4(std::string_view digits, std::uint32_t& out) {
  if (digits.size() < 4) return false;
  out = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const char c = digits[i];
    const int value = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (value < 0) return false;
    out = out << 4 | static_cast<std::uint32_t>(value);
  }
  return true;
}

void append_utf8(std::string& out, std::uint32_t code) {
  const auto put = [&out](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (code < 0x80) return put(code);
  if (code < 0x800) {
    put(0xc0 | code >> 6);
  } else {
    if (code < 0x10000) {
      put(0xe0 | code >> 12);
    } else {
      put(0xf0 | code >> 18);
      put(0x80 | (code >> 12 & 0x3f));
    }
    put(0x80 | (code >> 6 & 0x3f));
  }
  put(0x80 | (code & 0x3f));
}

/// "\u0041" and pairs of surrogates, the backslash and the u taken off; takes what it read off `rest`.
bool unescape_code(std::string_view& rest, std::string& out) {
  std::uint32_t code = 0, low = 0;
  if (!hex4(rest, code)) return false;
  rest.remove_prefix(4);
  if (code >= 0xd800 && code < 0xdc00) {
    if (!rest.starts_with("\\u") || !hex4(rest.substr(2), low) || low < 0xdc00 || low > 0xdfff) return false;
    rest.remove_prefix(6);
    code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
  } else if (code >= 0xdc00 && code <= 0xdfff) {
    return false;
  }
  append_utf8(out, code);
  return true;
}

bool unescape(std::string_view text, std::string& out) {
  out.clear();
  while (!text.empty()) {
    const auto plain = text.substr(0, text.find('\\'));
    out.append(plain);
    text.remove_prefix(plain.size());
    if (text.empty()) return true;
    if (text.size() < 2) return false;
    const char c = text[1];
    text.remove_prefix(2);
    constexpr std::string_view from = "\"\\/bfnrt", to = "\"\\/\b\f\n\r\t";
    if (const auto i = from.find(c); i != std::string_view::npos)
      out += to[i];
    else if (c != 'u' || !unescape_code(text, out))
      return false;
  }
  return true;
}

}  // namespace

bool JsonTape::parse(std::string_view json, std::size_t depth_max) {
  tokens_.clear();
  json_ = json;
  at_ = 0;
  if (json.size() >= std::numeric_limits<std::uint32_t>::max()) return false;
  return value(depth_max) && peek() == '\0' && at_ == json_.size();
}

/// The next character that is no space; 0 at the end.
char JsonTape::peek() noexcept {
  while (at_ < json_.size()) {
    const char c = json_[at_];
    if (c != ' ' && c != '\n' && c != '\t' && c != '\r') return c;
    ++at_;
  }
  return '\0';
}

bool JsonTape::take(char c) noexcept {
  if (peek() != c || at_ == json_.size()) return false;
  ++at_;
  return true;
}

bool JsonTape::value(std::size_t depth) {
  switch (peek()) {
    case '{':
      return depth > 0 && members(depth - 1);
    case '[':
      return depth > 0 && elements(depth - 1);
    case '"':
      return string();
    case 't':
      return literal("true");
    case 'f':
      return literal("false");
    case 'n':
      return literal("null");
    default:
      return number();
  }
}

bool JsonTape::members(std::size_t depth) {
  const auto mine = tokens_.size();
  tokens_.push_back({static_cast<std::uint32_t>(at_++), 0, 0, Kind::object});
  if (!take('}')) {
    do {
      if (peek() != '"' || !string() || !take(':') || !value(depth)) return false;
    } while (take(','));
    if (!take('}')) return false;
  }
  tokens_[mine].end = static_cast<std::uint32_t>(at_);
  tokens_[mine].next = static_cast<std::uint32_t>(tokens_.size());
  return true;
}

bool JsonTape::elements(std::size_t depth) {
  const auto mine = tokens_.size();
  tokens_.push_back({static_cast<std::uint32_t>(at_++), 0, 0, Kind::array});
  if (!take(']')) {
    do {
      if (!value(depth)) return false;
    } while (take(','));
    if (!take(']')) return false;
  }
  tokens_[mine].end = static_cast<std::uint32_t>(at_);
  tokens_[mine].next = static_cast<std::uint32_t>(tokens_.size());
  return true;
}

bool JsonTape::string() {
  Token token{static_cast<std::uint32_t>(at_), 0, static_cast<std::uint32_t>(tokens_.size() + 1),
              Kind::string};
  auto at = at_ + 1;
  while (true) {
    while (at + 8 <= json_.size()) {
      std::uint64_t word;
      std::memcpy(&word, json_.data() + at, 8);
      if (const auto marks = marks_in(word)) {
        at += static_cast<std::size_t>(std::countr_zero(marks)) / 8;
        break;
      }
      at += 8;
    }
    while (at < json_.size() && json_[at] != '"' && json_[at] != '\\')
      ++at;
    if (at >= json_.size()) return false;
    if (json_[at] == '"') break;
    token.escaped = true;
    at += 2;
  }
  at_ = at + 1;
  token.end = static_cast<std::uint32_t>(at_);
  tokens_.push_back(token);
  return true;
}

bool JsonTape::number() {
  const auto begin = at_;
  while (at_ < json_.size()) {
    const char c = json_[at_];
    if (!((c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E')) break;
    ++at_;
  }
  if (at_ == begin) return false;
  tokens_.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(at_),
                     static_cast<std::uint32_t>(tokens_.size() + 1), Kind::number});
  return true;
}

bool JsonTape::literal(std::string_view word) {
  if (json_.substr(at_, word.size()) != word) return false;
  tokens_.push_back({static_cast<std::uint32_t>(at_), static_cast<std::uint32_t>(at_ + word.size()),
                     static_cast<std::uint32_t>(tokens_.size() + 1), Kind::literal});
  at_ += word.size();
  return true;
}

bool JsonTape::content(const Token& t, std::string& room, std::string_view& out) const {
  out = json_.substr(t.begin + 1, t.end - t.begin - 2);
  if (!t.escaped) return true;
  if (!unescape(out, room)) return false;
  out = room;
  return true;
}

}  // namespace api
