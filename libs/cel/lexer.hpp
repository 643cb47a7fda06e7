#pragma once
#include <string_view>
#include <vector>
#include "cel/source.hpp"

/// Tokens of the language (cel-spec, doc/langdef.md, "Syntax").
namespace cel {

enum class TokenKind : std::uint8_t {
  end,
  identifier,
  escaped_identifier,  ///< `in backquotes`
  integer,
  uinteger,
  floating,
  string,
  bytes,
  symbol,  ///< Operators and punctuation, and the words in, true, false, null.
};

struct Token {
  TokenKind kind = TokenKind::end;
  std::string_view text;  ///< In the source.
  std::size_t offset = 0;
  bool is(std::string_view symbol) const noexcept { return kind == TokenKind::symbol && text == symbol; }
};

/// All tokens, the last of kind `end`. What is none is reported ("token recognition error") and skipped.
std::vector<Token> tokenize(std::string_view source, std::vector<Issue>& issues);

}  // namespace cel
