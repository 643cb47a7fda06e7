#include "cel/schema.hpp"
#include <algorithm>
#include <array>
#include "cel/limits.hpp"

namespace cel {

namespace {

// Sizes in JSON, quotes included (k8s.io/apiserver/pkg/cel/limits.go).
constexpr std::int64_t duration_bytes_max = 32, date_time_bytes_max = 32, date_bytes = 12,
                       duration_bytes_min = 3, date_time_bytes_min = 21, string_bytes_min = 2,
                       boolean_bytes_min = 4, collection_bytes_min = 2;
constexpr std::int64_t name_length_max = 253;

std::string_view text(const json::object& o, std::string_view key) {
  const json::value* v = o.if_contains(key);
  return v && v->is_string() ? std::string_view(v->get_string()) : std::string_view();
}
bool flag(const json::object& o, std::string_view key) {
  const json::value* v = o.if_contains(key);
  return v && v->is_bool() && v->get_bool();
}
std::optional<std::int64_t> limit(const json::object& o, std::string_view key) {
  const json::value* v = o.if_contains(key);
  if (!v || !v->is_number()) return std::nullopt;
  boost::system::error_code ec;
  const auto n = v->to_number<std::int64_t>(ec);
  return ec ? std::numeric_limits<std::int64_t>::max() / 8 : std::max<std::int64_t>(n, 0);
}
const json::object* child(const json::object& o, std::string_view key) {
  const json::value* v = o.if_contains(key);
  return v ? v->if_object() : nullptr;
}
bool contains(const json::object& o, std::string_view key, std::string_view value) {
  const json::value* v = o.if_contains(key);
  if (!v || !v->is_array()) return false;
  return std::any_of(v->get_array().begin(), v->get_array().end(),
                     [&](const json::value& e) { return e.is_string() && e.get_string() == value; });
}

std::int64_t enum_length_max(const json::array& values) {
  std::int64_t most = 0;
  for (const auto& v : values)
    if (v.is_string()) most = std::max(most, static_cast<std::int64_t>(v.get_string().size()));
  return most;
}

Form string_form(std::string_view format) {
  if (format == "byte") return Form::bytes;
  if (format == "duration") return Form::duration;
  if (format == "date") return Form::date;
  if (format == "date-time") return Form::date_time;
  return Form::string;
}

void measure_string(Schema& s, const json::object& in) {
  const auto length = limit(in, "maxLength");
  s.serialized_min = string_bytes_min;
  switch (s.form) {
    case Form::duration:
      s.elements_max = duration_bytes_max;
      s.serialized_min = duration_bytes_min;
      return;
    case Form::date:
      s.elements_max = s.serialized_min = date_bytes;
      return;
    case Form::date_time:
      s.elements_max = date_time_bytes_max;
      s.serialized_min = date_time_bytes_min;
      return;
    case Form::bytes:
      s.elements_max = length.value_or(request_bytes_max - 2);
      return;
    default:
      break;
  }
  const json::value* values = in.if_contains("enum");
  if (length) {
    s.elements_max = *length * 4;  // bytes a code point
  } else if (values && values->is_array() && !values->get_array().empty()) {
    s.elements_max = enum_length_max(values->get_array());
  } else {
    s.elements_max = request_bytes_max - 2;
  }
}

/// Where a resource's schema does not describe metadata, upstream puts this in its place.
json::object with_object_meta(const json::object& in) {
  json::object out = in;
  json::object properties;
  if (const auto* p = child(in, "properties")) properties = *p;
  const auto type_is = [&](const json::object& of, const char* name, const char* type) {
    const auto* p = child(of, name);
    return p && text(*p, "type") == type;
  };
  const json::object* metadata = child(properties, "metadata");
  const json::object* fields = metadata ? child(*metadata, "properties") : nullptr;
  if (type_is(properties, "kind", "string") && type_is(properties, "apiVersion", "string") &&
      type_is(properties, "metadata", "object") && fields && type_is(*fields, "name", "string") &&
      type_is(*fields, "generateName", "string"))
    return out;
  const auto name = [&](const char* field, std::int64_t most) {
    if (const auto* p = fields ? child(*fields, field) : nullptr)
      most = std::min(most, limit(*p, "maxLength").value_or(most));
    return json::object{{"type", "string"}, {"maxLength", most}};
  };
  json::object described{{"name", name("name", name_length_max)},
                         {"generateName", name("generateName", name_length_max - 1)}};
  properties["kind"] = properties["apiVersion"] = json::object{{"type", "string"}};
  properties["metadata"] = json::object{{"type", "object"}, {"properties", std::move(described)}};
  out["properties"] = std::move(properties);
  return out;
}

void read_list_kind(Schema& s, const json::object& in) {
  const auto kind = text(in, "x-kubernetes-list-type");
  s.list_kind = kind == "map" ? ListKind::map : kind == "set" ? ListKind::set : ListKind::atomic;
  if (const json::value* keys = in.if_contains("x-kubernetes-list-map-keys"); keys && keys->is_array())
    for (const auto& k : keys->get_array())
      if (k.is_string()) s.map_keys.emplace_back(k.get_string());
}

/// For collections whose bound is not given: as many as fit in a request.
std::int64_t fitting(std::int64_t bytes_each) {
  return (request_bytes_max - 2) / bytes_each;
}

}  // namespace

const Property* Schema::property(std::string_view name) const noexcept {
  const auto p = std::lower_bound(properties.begin(), properties.end(), name,
                                  [](const Property& a, std::string_view b) { return a.name < b; });
  return p != properties.end() && p->name == name ? &*p : nullptr;
}

const Property* Schema::property_escaped(std::string_view name) const noexcept {
  if (const Property* p = property(name); p && p->escaped == name) return p;
  for (const Property& p : properties)
    if (!p.escaped.empty() && p.escaped == name) return &p;
  return nullptr;
}

const Schema* SchemaTree::add(const json::object& given, bool resource_root) {
  Schema& s = nodes_.emplace_back();
  s.nullable = flag(given, "nullable");
  s.embedded_resource = flag(given, "x-kubernetes-embedded-resource");
  if (flag(given, "x-kubernetes-int-or-string")) {
    s.form = Form::int_or_string;
    s.exposed = true;
    const auto length = limit(given, "maxLength");
    s.elements_max = length ? *length * 4 : request_bytes_max - 2;
    return &s;
  }
  const json::object in = resource_root || s.embedded_resource ? with_object_meta(given) : given;
  const auto type = text(in, "type");
  if (type == "boolean" || type == "integer" || type == "number") {
    s.form = type == "boolean" ? Form::boolean : type == "integer" ? Form::integer : Form::number;
    s.serialized_min = type == "boolean" ? boolean_bytes_min : 1;
    s.exposed = true;
  } else if (type == "string") {
    s.form = string_form(text(in, "format"));
    s.exposed = true;
    measure_string(s, in);
  } else if (type == "array") {
    s.form = Form::list;
    s.serialized_min = collection_bytes_min;
    read_list_kind(s, in);
    if (const auto* items = child(in, "items")) s.element = add(*items, false);
    s.exposed = s.element && s.element->exposed;
    if (s.exposed) s.elements_max = limit(in, "maxItems").value_or(fitting(s.element->serialized_min + 1));
  } else if (type == "object") {
    s.form = Form::object;
    s.serialized_min = collection_bytes_min;
    s.exposed = true;
    const auto* properties = child(in, "properties");
    const auto* additional = child(in, "additionalProperties");
    if (additional && !properties) {
      s.form = Form::map;
      s.element = add(*additional, false);
      s.exposed = s.element->exposed;
      // A key takes at least its quotes, a colon, a comma and what they stand around.
      if (s.exposed)
        s.elements_max = limit(in, "maxProperties").value_or(fitting(s.element->serialized_min + 6));
    } else if (properties) {
      for (const auto& [name, value] : *properties) {
        if (!value.is_object()) continue;
        Property p{std::string(name), escape_identifier(name), add(value.get_object(), false),
                   contains(in, "required", name)};
        if (p.schema->exposed && p.required && !value.get_object().contains("default"))
          s.serialized_min += static_cast<std::int64_t>(name.size()) + p.schema->serialized_min + 4;
        s.properties.push_back(std::move(p));
      }
      std::sort(s.properties.begin(), s.properties.end(),
                [](const Property& a, const Property& b) { return a.name < b.name; });
    }
  }
  return &s;
}

namespace {

constexpr std::array<std::string_view, 21> reserved_words{
    "true",     "false",   "null",      "in",       "as",  "break",  "const",
    "continue", "else",    "for",       "function", "if",  "import", "let",
    "loop",     "package", "namespace", "return",   "var", "void",   "while"};

bool reserved(std::string_view name) {
  return std::find(reserved_words.begin(), reserved_words.end(), name) != reserved_words.end();
}

struct Escape {
  std::string_view plain, word;
};
constexpr std::array<Escape, 4> escapes{
    Escape{"__", "underscores"}, {".", "dot"}, {"-", "dash"}, {"/", "slash"}};

bool identifier_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

}  // namespace

std::string escape_identifier(std::string_view name) {
  if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return {};
  if (reserved(name)) return "__" + std::string(name) + "__";
  std::string out;
  while (!name.empty()) {
    const auto e = std::find_if(escapes.begin(), escapes.end(),
                                [&](const Escape& each) { return name.starts_with(each.plain); });
    if (e != escapes.end()) {
      out += "__" + std::string(e->word) + "__";
      name.remove_prefix(e->plain.size());
    } else if (identifier_character(name[0])) {
      out += name[0];
      name.remove_prefix(1);
    } else {
      return {};
    }
  }
  return out;
}

std::optional<std::string> unescape_identifier(std::string_view identifier) {
  const std::string_view whole = identifier;
  std::string out;
  while (!identifier.empty()) {
    const auto word_end = identifier.starts_with("__") ? identifier.find('_', 2) : std::string_view::npos;
    if (word_end == std::string_view::npos || word_end == 2 || identifier.substr(word_end, 2) != "__") {
      out += identifier[0];
      identifier.remove_prefix(1);
      continue;
    }
    const auto word = identifier.substr(2, word_end - 2);
    const auto e =
        std::find_if(escapes.begin(), escapes.end(), [&](const Escape& each) { return each.word == word; });
    if (e != escapes.end()) {
      out += e->plain;
    } else if (reserved(word) && whole.size() == word.size() + 4) {
      out += word;
    } else {
      return std::nullopt;
    }
    identifier.remove_prefix(word_end + 2);
  }
  return out;
}

}  // namespace cel
