#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include "cel/value.hpp"

namespace cel {

/// A syntax that texts can be checked against by name: format.dns1123Label() and the like.
struct NamedFormat {
  static const OpaqueType type;
  std::string_view function;  ///< "dns1123Label"
  std::string_view name;
  std::uint64_t regex_size = 0;  ///< What a check costs is told by the length of a pattern that would do.
  /// What is wrong with a text; nothing if it is right.
  std::optional<std::string> (*problem)(std::string_view text) = nullptr;
};

}  // namespace cel
