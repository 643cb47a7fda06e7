#include "api/descriptions.hpp"
#include <algorithm>
#include <tuple>

namespace api {
namespace {

std::string_view find(std::string_view type, std::string_view field) noexcept {
  const auto* end = data::descriptions + data::description_count;
  const auto* hit = std::lower_bound(
      data::descriptions, end, std::tie(type, field),
      [](const data::RawDescription& d, const auto& key) { return std::tie(d.type, d.field) < key; });
  return hit != end && hit->type == type && hit->field == field ? hit->text : std::string_view();
}

}  // namespace

std::string_view description_of(std::string_view type, std::string_view field) noexcept {
  const auto own = find(type, field);
  // What is called so everywhere means the same everywhere.
  return own.empty() && !field.empty() ? find("*", field) : own;
}

}  // namespace api
