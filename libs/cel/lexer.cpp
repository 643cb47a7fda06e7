#include "cel/lexer.hpp"
#include <algorithm>
#include <array>
#include "cel/utf8.hpp"

namespace cel {

namespace {

bool digit(char c) {
  return c >= '0' && c <= '9';
}
bool hex_digit(char c) {
  return digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

class Lexer {
 public:
  Lexer(std::string_view source, std::vector<Issue>& issues) : source_(source), issues_(issues) {}

  std::vector<Token> run() {
    std::vector<Token> out;
    for (skip_blank(); at_ < source_.size(); skip_blank()) {
      const std::size_t start = at_;
      const TokenKind kind = token();
      if (kind == TokenKind::end) {
        report(start);
      } else {
        out.push_back({kind, source_.substr(start, at_ - start), start});
      }
    }
    out.push_back({TokenKind::end, {}, source_.size()});
    return out;
  }

 private:
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0';
  }
  bool starts_with(std::string_view s) const { return source_.substr(at_).starts_with(s); }

  void skip_blank() {
    for (;;) {
      while (at_ < source_.size() &&
             std::string_view(" \t\r\n\f").find(source_[at_]) != std::string_view::npos)
        ++at_;
      if (!starts_with("//")) return;
      at_ = std::min(source_.find('\n', at_), source_.size());
    }
  }

  void report(std::size_t start) {
    if (at_ == start) {
      std::string_view rest = source_.substr(at_);
      utf8::next(rest);
      at_ = source_.size() - rest.size();
    }
    issues_.push_back({start, "Syntax error: token recognition error at: '" +
                                  std::string(source_.substr(start, at_ - start)) + "'"});
  }

  /// Moves past one token; `end` if there is none here, past what was looked at.
  TokenKind token() {
    if (string_prefix()) return string();
    if (letter(peek())) return word();
    if (digit(peek()) || (peek() == '.' && digit(peek(1)))) return number();
    if (peek() == '`') return escaped();
    return symbol();
  }

  TokenKind symbol() {
    static constexpr std::array<std::string_view, 25> symbols{
        "==", "!=", "<=", ">=", "&&", "||", "<", ">", "[", "]", "{", "}", "(",
        ")",  ".",  ",",  "-",  "!",  "?",  ":", "+", "*", "/", "%", ""};
    for (const auto s : symbols)
      if (!s.empty() && starts_with(s)) {
        at_ += s.size();
        return TokenKind::symbol;
      }
    // A lone '|', '&' or '=' is found out by the character after it.
    if (std::string_view("|&=").find(peek()) != std::string_view::npos)
      at_ = std::min(at_ + 2, source_.size());
    return TokenKind::end;
  }

  TokenKind word() {
    const std::size_t start = at_;
    while (letter(peek()) || digit(peek()))
      ++at_;
    const auto text = source_.substr(start, at_ - start);
    const bool keyword = text == "in" || text == "true" || text == "false" || text == "null";
    return keyword ? TokenKind::symbol : TokenKind::identifier;
  }

  TokenKind escaped() {
    const auto inside = [](char c) {
      return letter(c) || digit(c) || std::string_view(".-/ ").find(c) != std::string_view::npos;
    };
    ++at_;
    const std::size_t start = at_;
    while (at_ < source_.size() && inside(source_[at_]))
      ++at_;
    if (at_ == start || peek() != '`') return TokenKind::end;
    ++at_;
    return TokenKind::escaped_identifier;
  }

  void digits() {
    while (digit(peek()))
      ++at_;
  }

  TokenKind number() {
    if (peek() == '0' && peek(1) == 'x' && hex_digit(peek(2))) {
      for (at_ += 2; hex_digit(peek());)
        ++at_;
      return unsigned_suffix();
    }
    digits();
    bool floating = false;
    if (peek() == '.' && digit(peek(1))) {
      ++at_;
      digits();
      floating = true;
    }
    if (exponent()) floating = true;
    return floating ? TokenKind::floating : unsigned_suffix();
  }

  bool exponent() {
    if (peek() != 'e' && peek() != 'E') return false;
    const std::size_t sign = peek(1) == '+' || peek(1) == '-' ? 1 : 0;
    if (!digit(peek(1 + sign))) return false;
    at_ += 1 + sign;
    digits();
    return true;
  }

  TokenKind unsigned_suffix() {
    if (peek() != 'u' && peek() != 'U') return TokenKind::integer;
    ++at_;
    return TokenKind::uinteger;
  }

  /// A quote follows, after at most one b and one r in this order.
  bool string_prefix() const {
    std::size_t i = 0;
    if (peek(i) == 'b' || peek(i) == 'B') ++i;
    if (peek(i) == 'r' || peek(i) == 'R') ++i;
    return peek(i) == '"' || peek(i) == '\'';
  }

  TokenKind string() {
    TokenKind kind = TokenKind::string;
    bool raw = false;
    for (; peek() != '"' && peek() != '\''; ++at_) {
      if (peek() == 'b' || peek() == 'B') kind = TokenKind::bytes;
      if (peek() == 'r' || peek() == 'R') raw = true;
    }
    const char quote = peek();
    const std::string triple(3, quote);
    const bool is_triple = starts_with(triple);
    at_ += is_triple ? 3 : 1;
    while (at_ < source_.size()) {
      if (is_triple ? starts_with(triple) : peek() == quote) {
        at_ += is_triple ? 3 : 1;
        return kind;
      }
      if (!is_triple && (peek() == '\n' || peek() == '\r')) return TokenKind::end;
      if (!raw && peek() == '\\' && !escape()) return TokenKind::end;
      ++at_;
    }
    return TokenKind::end;
  }

  /// At a backslash: moves to the last character of a well-formed escape.
  bool escape() {
    const char c = peek(1);
    std::size_t hex = c == 'x' || c == 'X' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
    std::size_t size = 2 + hex;
    for (std::size_t i = 0; i < hex; ++i)
      if (!hex_digit(peek(2 + i))) return false;
    if (c >= '0' && c <= '3') {
      const auto octal = [](char o) { return o >= '0' && o <= '7'; };
      if (!octal(peek(2)) || !octal(peek(3))) return false;
      size = 4;
    } else if (hex == 0 && std::string_view("abfnrtv\"'\\?`").find(c) == std::string_view::npos) {
      return false;
    }
    at_ += size - 1;
    return at_ < source_.size();
  }

  std::string_view source_;
  std::vector<Issue>& issues_;
  std::size_t at_ = 0;
};

}  // namespace

std::vector<Token> tokenize(std::string_view source, std::vector<Issue>& issues) {
  return Lexer(source, issues).run();
}

}  // namespace cel
