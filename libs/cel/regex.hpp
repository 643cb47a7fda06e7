#pragma once
#include <memory>
#include <optional>
#include <string_view>
#include "cel/evaluation.hpp"

namespace re2 {
class RE2;
}

/// Regular expressions in RE2's syntax, which is Go's too; time linear in the text, memory bounded.
namespace cel {

struct RegexDeleter {
  void operator()(re2::RE2* r) const noexcept;
};
using Regex = std::unique_ptr<re2::RE2, RegexDeleter>;

/// Null, with `problem` set, if the pattern is none.
Regex compile_regex(std::string_view pattern, std::string& problem);

Value regex_matches(Evaluation& e, const re2::RE2& regex, std::string_view text);  ///< Anywhere in `text`.
Value regex_find(Evaluation& e, const re2::RE2& regex, std::string_view text);     ///< Or "".
/// At most `limit` matches that do not overlap; all if it is negative.
Value regex_find_all(Evaluation& e, const re2::RE2& regex, std::string_view text, std::int64_t limit);

}  // namespace cel
