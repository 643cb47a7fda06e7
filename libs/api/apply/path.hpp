#pragma once
#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>
#include "base/error.hpp"

/// Paths to the fields of an object, as server-side apply names them.
/// Source: structured-merge-diff, package fieldpath; KEP-555.
namespace api::apply {

/// One step of a path: a member by name, an item of a keyed list, an item of a set, or an item by position.
struct PathElement {
  /// In the order in which elements of different kinds are sorted.
  enum class Kind : std::uint8_t { field, key, value, index };
  Kind kind = Kind::field;
  /// The member's name; the keys as a JSON object sorted by name; the item as JSON; the position.
  std::string text;

  static PathElement field(std::string_view name) { return {Kind::field, std::string(name)}; }
  /// Names in any order.
  static PathElement key(std::vector<std::pair<std::string_view, const boost::json::value*>> keys);
  static PathElement value(const boost::json::value& item);
  static PathElement index(std::size_t position) { return {Kind::index, std::to_string(position)}; }

  /// "f:name", "k:{...}", "v:...", "i:3". Absent for a kind that is not known (to be left out).
  /// Error: invalid_argument.
  static base::Result<std::optional<PathElement>> parse(std::string_view serialized);
  std::string serialized() const;
  /// ".name", "[name=\"web\"]", "[=\"item\"]", "[3]": as messages name it.
  std::string message() const;

  bool operator==(const PathElement&) const = default;
};

/// A total order: kinds first, then names, and numbers among keys and values by size.
int compare(const PathElement& a, const PathElement& b) noexcept;
inline bool operator<(const PathElement& a, const PathElement& b) noexcept {
  return compare(a, b) < 0;
}

using Path = std::vector<PathElement>;
/// ".spec.containers[name=\"web\"].image"
std::string message(const Path& path);

/// JSON with numbers written as Go writes them: "1.5", not "1.5E0".
std::string plain_json(const boost::json::value& v);

}  // namespace api::apply
