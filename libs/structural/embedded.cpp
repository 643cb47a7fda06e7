#include <algorithm>
#include "api/decode.hpp"
#include "api/names.hpp"
#include "structural/values.hpp"

namespace structural {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

void check_api_version(const json::value& v, const Path& path, Errors& errors) {
  if (!v.is_string()) return errors.invalid(path, v, "must be a string");
  const std::string_view text = v.get_string();
  if (text.empty()) return errors.invalid(path, v, "must not be empty");
  if (std::count(text.begin(), text.end(), '/') > 1)
    errors.invalid(path, v, "unexpected GroupVersion string: " + std::string(text));
}

void check_kind(const json::value& v, const Path& path, Errors& errors) {
  if (!v.is_string()) return errors.invalid(path, v, "must be a string");
  if (v.get_string().empty()) return errors.invalid(path, v, "must not be empty");
  if (const auto why = api::names::dns1035_label(lower(v.get_string())))
    errors.invalid(path, v, "may have mixed case, but should otherwise match: " + *why);
}

void check_keys(const json::object& metadata, std::string_view member, bool values, const Path& path,
                Errors& errors) {
  const auto* map = metadata.if_contains(member);
  if (!map || !map->is_object()) return;
  for (const auto& [key, value] : map->get_object()) {
    const auto why = api::names::qualified_name(values ? std::string(key) : lower(key));
    if (why) errors.invalid(path.child(member), json::string(key), *why);
    if (!values || !value.is_string()) continue;
    if (const auto wrong = api::names::label_value(value.get_string()))
      errors.invalid(path.child(member), value, *wrong);
  }
}

void check_metadata(const json::value& v, const Path& path, Errors& errors) {
  static const auto* type = api::find_type("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta");
  const auto checked = api::check(v, *type);
  if (!checked) {
    const auto& message = checked.error().message;
    const auto at = message.find("json: ");
    return errors.invalid(path, v, at == std::string::npos ? message : message.substr(at));
  }
  const auto& o = checked->object;
  for (const char* name : {"name", "generateName"}) {
    const auto text = api::get_string(o, {name});
    const auto why = text.empty() ? std::nullopt : api::names::path_segment(text);
    if (why) errors.invalid(path.child(name), json::string(text), *why);
  }
  check_keys(o, "labels", true, path, errors);
  check_keys(o, "annotations", false, path, errors);
}

void check_resource(const json::object& o, const Path& path, Errors& errors) {
  for (const char* name : {"apiVersion", "kind"})
    if (!o.contains(name)) errors.required(path.child(name));
  if (const auto* v = o.if_contains("apiVersion")) check_api_version(*v, path.child("apiVersion"), errors);
  if (const auto* v = o.if_contains("kind")) check_kind(*v, path.child("kind"), errors);
  if (const auto* v = o.if_contains("metadata")) check_metadata(*v, path.child("metadata"), errors);
}

}  // namespace

void check_embedded(const json::value& value, const Schema& s, bool is_resource, const Path& path,
                    Errors& errors) {
  if (const auto* a = value.if_array()) {
    for (std::size_t i = 0; s.items && i < a->size(); ++i)
      check_embedded((*a)[i], *s.items, false, path.index(i), errors);
    return;
  }
  const auto* o = value.if_object();
  if (!o) return;
  if (is_resource || s.extensions.embedded_resource) check_resource(*o, path, errors);
  for (const auto& [name, v] : *o) {
    const auto found = s.properties.find(name);
    if (found != s.properties.end())
      check_embedded(v, *found->second, false, path.child(name), errors);
    else if (s.additional)
      check_embedded(v, *s.additional, false, path.key(name), errors);
  }
}

}  // namespace structural
