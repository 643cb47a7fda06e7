#include "structural/structure.hpp"
#include <re2/re2.h>
#include <algorithm>

namespace structural {
namespace {

enum class Level { root, item, field };

/// `- type: integer` and `- type: string`, and nothing else.
bool is_int_or_string_any_of(const std::vector<SchemaPtr>& any_of) {
  constexpr std::string_view types[] = {"integer", "string"};
  if (any_of.size() != 2) return false;
  for (std::size_t i = 0; i < 2; ++i)
    if (*any_of[i]->source != json::object{{"type", types[i]}}) return false;
  return true;
}

class Checker {
 public:
  explicit Checker(Errors& errors) : errors_(errors) {}

  void node(const Schema& s, Level level, const Path& path) {
    if (s.type == "array" && !s.items) errors_.required(path.child("items"), "must be specified");
    if (s.items) node(*s.items, Level::item, path.child("items"));
    for (const auto& [name, child] : s.properties)
      node(*child, Level::field, path.child("properties").key(name));
    if (s.has_additional && level == Level::root)
      errors_.forbidden(path.child("additionalProperties"), "must not be used at the root");
    if (s.additional) node(*s.additional, Level::field, path.child("additionalProperties"));
    extensions(s.extensions, path);
    const auto& v = s.values;
    const bool first_all_of = !v.all_of.empty() && is_int_or_string_any_of(v.all_of[0]->values.any_of);
    values(v, is_int_or_string_any_of(v.any_of), first_all_of, level, path);
    type(s, level, path);
    metadata(s, level, path);
  }

  /// Each value validation must be about a part of the schema that is there.
  void complete(const Values& v, const Schema& s, const Path& s_path, const Path& v_path) {
    if (v.not_) complete_nested(*v.not_, &s, s_path, v_path.child("not"));
    const std::pair<const char*, const std::vector<SchemaPtr>*> lists[] = {
        {"allOf", &v.all_of}, {"anyOf", &v.any_of}, {"oneOf", &v.one_of}};
    for (const auto& [name, list] : lists)
      for (std::size_t i = 0; i < list->size(); ++i)
        complete_nested(*(*list)[i], &s, s_path, v_path.child(name).index(i));
  }

 private:
  void complete_nested(const Schema& v, const Schema* s, const Path& s_path, const Path& v_path) {
    if (!s) return errors_.required(s_path, "because it is defined in " + v_path.text());
    complete(v.values, *s, s_path, v_path);
    if (v.items) complete_nested(*v.items, s->items.get(), s_path.child("items"), v_path.child("items"));
    for (const auto& [name, child] : v.properties) {
      const auto here = s_path.child("properties").key(name), there = v_path.child("properties").key(name);
      const auto found = s->properties.find(name);
      complete_nested(*child, found == s->properties.end() ? nullptr : found->second.get(), here, there);
    }
  }

  void extensions(const Extensions& x, const Path& path) {
    if (!x.int_or_string) return;
    if (x.preserve_unknown_fields)
      errors_.invalid(path.child("x-kubernetes-preserve-unknown-fields"), true,
                      "must be false if x-kubernetes-int-or-string is true");
    if (x.embedded_resource)
      errors_.invalid(path.child("x-kubernetes-embedded-resource"), true,
                      "must be false if x-kubernetes-int-or-string is true");
  }

  void type(const Schema& s, Level level, const Path& path) {
    const auto& x = s.extensions;
    const auto at = path.child("type");
    constexpr std::string_view must = "must be object if x-kubernetes-embedded-resource is true";
    if (x.embedded_resource && s.type != "object") {
      if (s.type.empty())
        errors_.required(at, std::string(must));
      else
        errors_.invalid(at, json::string(s.type), std::string(must));
    } else if (s.type.empty() && !x.int_or_string && !x.preserve_unknown_fields) {
      errors_.required(at, level == Level::root   ? "must not be empty at the root"
                           : level == Level::item ? "must not be empty for specified array items"
                                                  : "must not be empty for specified object fields");
    }
    if (x.embedded_resource && s.has_additional)
      errors_.forbidden(path.child("additionalProperties"),
                        "must not be used if x-kubernetes-embedded-resource is set");
    if (level == Level::root && !s.type.empty() && s.type != "object")
      errors_.invalid(at, json::string(s.type), "must be object at the root");
  }

  void metadata(const Schema& s, Level level, const Path& path) {
    const bool resource = level == Level::root || s.extensions.embedded_resource;
    for (const char* name : {"kind", "apiVersion"})
      if (const auto found = s.properties.find(name);
          resource && found != s.properties.end() && found->second->type != "string")
        errors_.invalid(path.child("properties").key(name).child("type"), json::string(found->second->type),
                        "must be string");
    if (const auto found = s.properties.find("metadata"); found != s.properties.end()) {
      const auto at = path.child("properties").key("metadata");
      if (resource && found->second->type != "object")
        errors_.invalid(at.child("type"), json::string(found->second->type), "must be object");
      if (level == Level::root && !restricts_names_only(*found->second))
        errors_.forbidden(
            at,
            "must not specify anything other than name and generateName, but metadata is implicitly "
            "specified");
    }
    const auto& x = s.extensions;
    if (x.embedded_resource && !x.preserve_unknown_fields && s.properties.empty())
      errors_.required(path.child("properties"),
                       "must not be empty if x-kubernetes-embedded-resource is true without "
                       "x-kubernetes-preserve-unknown-fields");
  }

  static bool restricts_names_only(const Schema& s) {
    json::object rest = *s.source;
    for (const char* harmless : {"type", "default"})
      rest.erase(harmless);
    const bool names = std::all_of(s.properties.begin(), s.properties.end(), [](const auto& p) {
      return p.first == "name" || p.first == "generateName";
    });
    if (names) rest.erase("properties");
    return rest.empty();
  }

  void values(const Values& v, bool skip_any_of, bool skip_first_all_of, Level level, const Path& path) {
    for (std::size_t i = 0; i < v.any_of.size() && !skip_any_of; ++i)
      nested(*v.any_of[i], false, level, path.child("anyOf").index(i));
    for (std::size_t i = 0; i < v.all_of.size(); ++i)
      nested(*v.all_of[i], skip_first_all_of && i == 0, level, path.child("allOf").index(i));
    for (std::size_t i = 0; i < v.one_of.size(); ++i)
      nested(*v.one_of[i], false, level, path.child("oneOf").index(i));
    if (v.not_) nested(*v.not_, false, level, path.child("not"));
    if (v.pattern.empty()) return;
    const re2::RE2 expression(v.pattern, re2::RE2::Quiet);
    if (!expression.ok())
      errors_.invalid(
          path.child("pattern"), json::string(v.pattern),
          "must be a valid regular expression, but isn't: error parsing regexp: " + expression.error());
  }

  void nested(const Schema& s, bool skip_any_of, Level level, const Path& path) {
    values(s.values, skip_any_of, false, level, path);
    if (s.items) nested(*s.items, false, level, path.child("items"));
    for (const auto& [name, child] : s.properties)
      nested(*child, false, Level::field, path.child("properties").key(name));
    const auto forbid = [&](bool there, std::string_view name, std::string_view must) {
      if (there) errors_.forbidden(path.child(name), "must be " + std::string(must) + " to be structural");
    };
    const auto& x = s.extensions;
    forbid(!s.type.empty(), "type", "empty");
    forbid(s.has_additional && s.additional_allowed, "additionalProperties", "undefined");
    forbid(s.default_value.has_value(), "default", "undefined");
    forbid(!s.title.empty(), "title", "empty");
    forbid(!s.description.empty(), "description", "empty");
    forbid(s.nullable, "nullable", "false");
    forbid(x.preserve_unknown_fields, "x-kubernetes-preserve-unknown-fields", "false");
    forbid(x.embedded_resource, "x-kubernetes-embedded-resource", "false");
    forbid(x.int_or_string, "x-kubernetes-int-or-string", "false");
    forbid(!x.list_map_keys.empty(), "x-kubernetes-list-map-keys", "empty");
    forbid(x.list_type.has_value(), "x-kubernetes-list-type", "undefined");
    forbid(x.map_type.has_value(), "x-kubernetes-map-type", "undefined");
    forbid(x.rules, "x-kubernetes-validations", "empty");
    if (s.properties.contains("metadata"))
      errors_.forbidden(path.child("properties").key("metadata"),
                        "must not be specified in a nested context");
  }

  Errors& errors_;
};

}  // namespace

std::optional<std::string> unsupported(const Schema& schema) {
  std::optional<std::string> why;
  any_node(schema, [&](const Schema& s) {
    if (s.unsupported.empty() && !s.preserves_not) return false;
    if (s.preserves_not)
      why = "internal error: 'x-kubernetes-preserve-unknown-fields' must be true or undefined";
    else if (s.unsupported.front() == "items")
      why = "OpenAPIV3Schema 'items' must be a schema, but is an array";
    else
      why = "OpenAPIV3Schema '" + (s.unsupported.front() == "$schema" ? "schema" : s.unsupported.front()) +
            "' is not supported";
    return true;
  });
  return why;
}

void check_structural(const Schema& schema, const Path& path, Errors& errors) {
  Errors found;
  Checker checker(found);
  checker.node(schema, Level::root, path);
  checker.complete(schema.values, schema, path, path);
  std::vector<api::field::Error> sorted(found.begin(), found.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.text() < b.text(); });
  for (auto& e : sorted)
    errors.add(std::move(e));
}

bool is_structural(const Schema& schema) {
  if (unsupported(schema)) return false;
  Errors errors;
  check_structural(schema, Path(), errors);
  return errors.empty();
}

}  // namespace structural
