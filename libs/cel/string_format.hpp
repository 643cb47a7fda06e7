#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>

/// Format strings, as the evaluator and the checker both read them.
namespace cel {

struct FormatClause {
  char letter = 's';  ///< One of s d f e b x X o.
  std::optional<int> precision;
};

/// Calls `literal` for what stands between clauses and `clause` for each, until one of them says false. False
/// then, and where the format is none; `problem` is set in the latter case.
bool parse_format(std::string_view format, const std::function<bool(std::string_view)>& literal,
                  const std::function<bool(const FormatClause&)>& clause, std::string& problem);

/// "decimal clause can only be used on integers, was given string"
std::string format_clause_error(char letter, std::string_view type);

}  // namespace cel
