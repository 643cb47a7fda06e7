#include "structural/schema.hpp"
#include <charconv>
#include <cmath>

namespace structural {
namespace {

const json::value* at(const json::object& o, std::string_view name) {
  const auto* v = o.if_contains(name);
  return v && !v->is_null() ? v : nullptr;
}

std::string text(const json::object& o, std::string_view name) {
  const auto* v = at(o, name);
  return v && v->is_string() ? std::string(v->get_string()) : std::string();
}

std::optional<std::string> maybe_text(const json::object& o, std::string_view name) {
  const auto* v = at(o, name);
  if (!v || !v->is_string()) return std::nullopt;
  return std::string(v->get_string());
}

bool flag(const json::object& o, std::string_view name) {
  const auto* v = at(o, name);
  return v && v->is_bool() && v->get_bool();
}

std::optional<double> number(const json::object& o, std::string_view name) {
  const auto* v = at(o, name);
  if (!v || !v->is_number()) return std::nullopt;
  return v->to_number<double>();
}

std::optional<std::int64_t> integer(const json::object& o, std::string_view name) {
  const auto* v = at(o, name);
  if (!v || !v->is_int64()) return std::nullopt;
  return v->get_int64();
}

std::vector<std::string> texts(const json::object& o, std::string_view name) {
  std::vector<std::string> out;
  if (const auto* v = at(o, name); v && v->is_array())
    for (const auto& e : v->get_array())
      if (e.is_string()) out.emplace_back(e.get_string());
  return out;
}

using Source = std::shared_ptr<const json::object>;
SchemaPtr read_node(const Source& source);

/// The schema that a value inside `parent` is; an empty one where it is none.
SchemaPtr child(const Source& parent, const json::value& value) {
  static const Source nothing = std::make_shared<const json::object>();
  return read_node(value.is_object() ? Source(parent, &value.get_object()) : nothing);
}

std::vector<SchemaPtr> schemas(const Source& source, std::string_view name) {
  std::vector<SchemaPtr> out;
  if (const auto* v = at(*source, name); v && v->is_array())
    for (const auto& e : v->get_array())
      out.push_back(child(source, e));
  return out;
}

bool is_empty(const json::value& v) {
  return (v.is_string() && v.get_string().empty()) || (v.is_object() && v.get_object().empty());
}

Values read_values(const Source& source) {
  const auto& o = *source;
  Values v;
  v.format = text(o, "format");
  v.pattern = text(o, "pattern");
  v.maximum = number(o, "maximum");
  v.minimum = number(o, "minimum");
  v.multiple_of = number(o, "multipleOf");
  v.exclusive_maximum = flag(o, "exclusiveMaximum");
  v.exclusive_minimum = flag(o, "exclusiveMinimum");
  v.unique_items = flag(o, "uniqueItems");
  v.max_length = integer(o, "maxLength");
  v.min_length = integer(o, "minLength");
  v.max_items = integer(o, "maxItems");
  v.min_items = integer(o, "minItems");
  v.max_properties = integer(o, "maxProperties");
  v.min_properties = integer(o, "minProperties");
  if (const auto* e = at(o, "enum"); e && e->is_array())
    v.enumeration.assign(e->get_array().begin(), e->get_array().end());
  v.required = texts(o, "required");
  v.all_of = schemas(source, "allOf");
  v.any_of = schemas(source, "anyOf");
  v.one_of = schemas(source, "oneOf");
  if (const auto* n = at(o, "not"); n && n->is_object()) v.not_ = child(source, *n);
  return v;
}

Extensions read_extensions(const json::object& o) {
  Extensions x;
  x.embedded_resource = flag(o, "x-kubernetes-embedded-resource");
  x.int_or_string = flag(o, "x-kubernetes-int-or-string");
  x.preserve_unknown_fields = flag(o, "x-kubernetes-preserve-unknown-fields");
  x.list_type = maybe_text(o, "x-kubernetes-list-type");
  x.map_type = maybe_text(o, "x-kubernetes-map-type");
  x.list_map_keys = texts(o, "x-kubernetes-list-map-keys");
  const auto* rules = at(o, "x-kubernetes-validations");
  x.rules = rules && rules->is_array() && !rules->get_array().empty();
  return x;
}

void read_children(const Source& source, Schema& s) {
  const auto& o = *source;
  if (const auto* p = at(o, "properties"); p && p->is_object())
    for (const auto& [name, value] : p->get_object())
      s.properties.emplace(name, child(source, value));
  if (const auto* i = at(o, "items")) {
    if (i->is_object()) s.items = child(source, *i);
    if (i->is_array()) s.unsupported.emplace_back("items");
  }
  if (const auto* a = at(o, "additionalProperties"); a && (a->is_object() || a->is_bool())) {
    s.has_additional = true;
    s.additional_allowed = a->is_object() || a->get_bool();
    if (a->is_object()) s.additional = child(source, *a);
  }
}

SchemaPtr read_node(const Source& source) {
  const auto& o = *source;
  auto s = std::make_shared<Schema>();
  s->source = source;
  s->type = text(o, "type");
  s->nullable = flag(o, "nullable");
  if (const auto* d = at(o, "default")) s->default_value = *d;
  s->title = text(o, "title");
  s->description = text(o, "description");
  s->values = read_values(source);
  s->extensions = read_extensions(o);
  read_children(source, *s);
  for (const char* name :
       {"id", "$schema", "$ref", "patternProperties", "dependencies", "additionalItems", "definitions"})
    if (const auto* v = at(o, name); v && !is_empty(*v)) s->unsupported.emplace_back(name);
  const auto* preserve = o.if_contains("x-kubernetes-preserve-unknown-fields");
  s->preserves_not = preserve && preserve->is_bool() && !preserve->get_bool();
  return s;
}

}  // namespace

const Schema* Schema::member(std::string_view name) const noexcept {
  if (const auto it = properties.find(name); it != properties.end()) return it->second.get();
  return additional.get();
}

SchemaPtr read(json::object schema) {
  return read_node(std::make_shared<const json::object>(std::move(schema)));
}

bool any_node(const Schema& s, const std::function<bool(const Schema&)>& test) {
  if (test(s)) return true;
  const auto in = [&](const SchemaPtr& node) { return node && any_node(*node, test); };
  if (in(s.items) || in(s.additional) || in(s.values.not_)) return true;
  for (const auto& [name, node] : s.properties)
    if (in(node)) return true;
  for (const auto* list : {&s.values.all_of, &s.values.any_of, &s.values.one_of})
    for (const auto& node : *list)
      if (in(node)) return true;
  return false;
}

std::string number_text(double number) {
  char buffer[64];
  const double size = std::fabs(number);
  const bool plain = size == 0 || (size >= 1e-4 && size < 1e21);
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, number,
                                 plain ? std::chars_format::fixed : std::chars_format::scientific)
                       .ptr;
  return {buffer, end};
}

}  // namespace structural
