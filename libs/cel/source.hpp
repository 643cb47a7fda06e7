#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// The text of an expression and what is wrong with it.
namespace cel {

/// Something wrong at a place. `offset` counts bytes; `nowhere` for the expression as a whole.
struct Issue {
  static constexpr std::size_t nowhere = static_cast<std::size_t>(-1);
  std::size_t offset = nowhere;
  std::string message;
};

/// The issues by place, each with the line it is on and a mark below, in cel-go's form:
///
///     ERROR: <input>:1:5: undeclared reference to 'x' (in container '')
///      | 1 + x
///      | ....^
///
/// At most `issues_shown_max`; how many more there are is said at the end.
std::string render(std::string_view source, std::vector<Issue> issues);
inline constexpr std::size_t issues_shown_max = 100;

}  // namespace cel
