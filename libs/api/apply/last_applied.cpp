#include "api/apply/last_applied.hpp"
#include <algorithm>
#include "api/decode.hpp"

namespace api::apply {
namespace {

constexpr std::string_view annotation = "kubectl.kubernetes.io/last-applied-configuration";
constexpr std::size_t annotations_bytes_max = 256 * 1024;

std::string_view last_applied(const Object& object) {
  return get_string(object, {"metadata", "annotations", annotation});
}

json::value sorted(const json::value& v);

json::object sorted_members(const Object& object) {
  std::vector<std::string_view> names;
  for (const auto& member : object)
    names.push_back(member.key());
  std::sort(names.begin(), names.end());
  json::object out;
  out.reserve(names.size());
  for (const auto name : names)
    out.emplace(name, sorted(object.at(name)));
  return out;
}

/// As Go writes maps.
json::value sorted(const json::value& v) {
  if (const auto* object = v.if_object()) return sorted_members(*object);
  if (const auto* list = v.if_array()) {
    json::array out;
    out.reserve(list->size());
    for (const auto& item : *list)
      out.push_back(sorted(item));
    return out;
  }
  return v;
}

std::size_t size_of(const Object& annotations) {
  std::size_t bytes = 0;
  for (const auto& [key, value] : annotations)
    bytes += key.size() + (value.is_string() ? value.get_string().size() : 0);
  return bytes;
}

}  // namespace

std::optional<FieldSet> fields_last_applied(const Typed& live) {
  const auto text = last_applied(*live.object);
  if (text.empty()) return std::nullopt;
  const auto parsed = api::parse_json(text);
  if (!parsed || !parsed->is_object()) return std::nullopt;
  const auto& applied = parsed->get_object();
  if (get_string(applied, {"apiVersion"}) != live.api_version) return std::nullopt;
  if (!validate(applied, live.shape()).empty()) return std::nullopt;
  const auto change = compare(applied, *live.object, live.shape());
  if (!change) return std::nullopt;
  auto fields = fields_of(applied, live.shape());
  for (const auto* other : {&change->modified, &change->added, &change->removed})
    fields = subtract(fields, *other);
  return fields;
}

void renew_last_applied(Object& object, const Object& config) {
  if (last_applied(object).empty()) return;
  Object remembered = config;
  api::remove(remembered, {"metadata", "annotations", annotation});
  auto& annotations = ensure_object(object, {"metadata", "annotations"});
  annotations[annotation] = api::encode(sorted(remembered)) + "\n";
  if (size_of(annotations) > annotations_bytes_max) annotations.erase(annotation);
}

}  // namespace api::apply
