#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace api {

/// The tokens of a JSON text in one flat list, for code that reads a document once: some ten times quicker
/// to make than a tree, and its memory serves the next text again. Belongs to one thread at a time.
class JsonTape {
 public:
  enum class Kind : std::uint8_t { object, array, string, number, literal };
  struct Token {
    std::uint32_t begin = 0, end = 0;  ///< Its text; that of a string with its quotes.
    std::uint32_t next = 0;            ///< Index of the token after it and all in it.
    Kind kind = Kind::literal;
    bool escaped = false;  ///< A string with backslashes.
  };

  /// Tokens of `json`, which must stay while they are used: the document's own first, after an object its
  /// keys and values in turn, after an array its elements. False if it is no JSON, is nested deeper than
  /// `depth_max`, or is 4 GiB or longer. Texts of strings and numbers are not checked beyond their ends.
  bool parse(std::string_view json, std::size_t depth_max = 128);

  std::size_t size() const noexcept { return tokens_.size(); }
  const Token& operator[](std::size_t i) const noexcept { return tokens_[i]; }
  /// The token's text, as it was written.
  std::string_view text(const Token& t) const noexcept { return json_.substr(t.begin, t.end - t.begin); }
  /// A string's content; `room` holds it if there were escapes. False for malformed escapes.
  bool content(const Token& t, std::string& room, std::string_view& out) const;
  bool is_null(const Token& t) const noexcept { return t.kind == Kind::literal && json_[t.begin] == 'n'; }

 private:
  bool value(std::size_t depth);
  bool members(std::size_t depth);
  bool elements(std::size_t depth);
  bool string();
  bool number();
  bool literal(std::string_view word);
  char peek() noexcept;
  bool take(char c) noexcept;

  std::string_view json_;
  std::size_t at_ = 0;
  std::vector<Token> tokens_;
};

}  // namespace api
