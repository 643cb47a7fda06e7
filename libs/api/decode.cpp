#include "api/decode.hpp"
#include <charconv>
#include <limits>
#include "api/protobuf.hpp"
#include "api/quantity.hpp"
#include "base/clock.hpp"
#include "base/encoding.hpp"
#include "base/yaml.hpp"

namespace api {
namespace {

std::string_view short_name(std::string_view type) {
  return type.substr(type.rfind('.') + 1);
}

/// "v1.PodSpec": the last two words of a type's name, as Go writes it.
std::string go_name(std::string_view type) {
  const auto last = type.rfind('.');
  const auto before = type.rfind('.', last - 1);
  return std::string(type.substr(before + 1));
}

std::string go_type(const Type& t) {
  switch (t.kind) {
    case Kind::string:
      return "string";
    case Kind::boolean:
      return "bool";
    case Kind::int32:
      return "int32";
    case Kind::int64:
      return "int64";
    case Kind::number:
      return "float64";
    case Kind::bytes:
      return "[]uint8";
    case Kind::quantity:
      return "resource.Quantity";
    case Kind::int_or_string:
      return "intstr.IntOrString";
    case Kind::time:
      return "v1.Time";
    case Kind::micro_time:
      return "v1.MicroTime";
    case Kind::duration:
      return "v1.Duration";
    case Kind::any:
      return "interface {}";
    case Kind::object:
      return go_name(t.name);
    case Kind::list:
      return "[]" + go_type(*t.element);
    case Kind::map:
      return "map[string]" + go_type(*t.element);
  }
  return "interface {}";
}

/// A number as it was most likely written; boost::json prints 1.5 as 1.5E0.
std::string number_text(const json::value& v) {
  if (!v.is_double()) return encode(v);
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, v.get_double()).ptr;
  return {buffer, end};
}

std::string_view json_kind(const json::value& v) {
  if (v.is_string()) return "string";
  if (v.is_bool()) return "bool";
  if (v.is_number()) return "number";
  if (v.is_array()) return "array";
  return "object";
}

/// Checks one document; stops at the first type error, collects unknown fields.
class Checker {
 public:
  std::vector<std::string> unknown;
  std::string error;  ///< Empty: fine.

  bool check(json::value& v, const Type& t) {
    switch (t.kind) {
      case Kind::string:
        return v.is_string() || mismatch(v, t);
      case Kind::boolean:
        return v.is_bool() || mismatch(v, t);
      case Kind::int32:
        return integer(v, t, std::numeric_limits<std::int32_t>::min(),
                       std::numeric_limits<std::int32_t>::max());
      case Kind::int64:
        return integer(v, t, std::numeric_limits<std::int64_t>::min(),
                       std::numeric_limits<std::int64_t>::max());
      case Kind::number:
        return v.is_number() || mismatch(v, t);
      case Kind::bytes:
        return bytes(v, t);
      case Kind::quantity:
        return quantity(v, t);
      case Kind::int_or_string:
        return v.is_string() || integer(v, t, std::numeric_limits<std::int32_t>::min(),
                                        std::numeric_limits<std::int32_t>::max());
      case Kind::time:
      case Kind::micro_time:
        return time(v, t);
      case Kind::duration:
        return v.is_string() || mismatch(v, t);
      case Kind::any:
        return true;
      case Kind::object:
        return object(v, t);
      case Kind::list:
        return list(v, t);
      case Kind::map:
        return map(v, t);
    }
    return true;
  }

 private:
  struct Step {
    std::string_view name;  ///< Of a member; empty for a list's element.
    std::size_t index = 0;
    std::string_view owner;  ///< Type whose field this is.
  };

  /// "spec.containers[0].foo" for people, without indexes for Go's messages.
  std::string path(bool indexes) const {
    std::string out;
    for (const auto& s : path_) {
      if (!s.name.empty())
        out += (out.empty() ? "" : ".") + std::string(s.name);
      else if (indexes)
        out += "[" + std::to_string(s.index) + "]";
    }
    return out;
  }

  bool fail(std::string message) {
    error = std::move(message);
    return false;
  }

  bool mismatch(const json::value& v, const Type& t, std::string extra = {}) {
    std::string_view owner;
    for (const auto& s : path_)
      if (!s.owner.empty()) owner = s.owner;
    const std::string where =
        owner.empty() ? "Go value" : "Go struct field " + std::string(short_name(owner)) + "." + path(false);
    return fail("json: cannot unmarshal " + std::string(json_kind(v)) + extra + " into " + where +
                " of type " + go_type(t));
  }

  bool integer(const json::value& v, const Type& t, std::int64_t min, std::int64_t max) {
    if (!v.is_number()) return mismatch(v, t);
    if (v.is_int64() && v.get_int64() >= min && v.get_int64() <= max) return true;
    return mismatch(v, t, " " + number_text(v));
  }

  bool bytes(const json::value& v, const Type& t) {
    if (!v.is_string()) return mismatch(v, t);
    if (base::base64_decode(v.get_string())) return true;
    return fail("illegal base64 data at field " + path(true));
  }

  bool quantity(json::value& v, const Type& t) {
    if (!v.is_string() && !v.is_number()) return mismatch(v, t);
    const std::string text = v.is_string() ? std::string(v.get_string()) : number_text(v);
    const auto q = Quantity::parse(text);
    if (!q) return fail(q.error().message);
    auto canonical = q->text();
    if (!v.is_string() || canonical != text) v = json::string(canonical);
    return true;
  }

  bool time(json::value& v, const Type& t) {
    if (!v.is_string()) return mismatch(v, t);
    const auto parsed = base::parse_rfc3339(v.get_string());
    if (!parsed)
      return fail("parsing time \"" + std::string(v.get_string()) +
                  "\" as \"2006-01-02T15:04:05Z07:00\": cannot parse it");
    v = json::string(t.kind == Kind::time ? base::format_rfc3339(*parsed)
                                          : base::format_rfc3339_micro(*parsed));
    return true;
  }

  bool object(json::value& v, const Type& t) {
    if (!v.is_object()) return mismatch(v, t);
    auto& o = v.get_object();
    for (auto it = o.begin(); it != o.end();) {
      const Field* f = t.field(it->key());
      path_.push_back({it->key(), 0, t.name});
      const bool known = f != nullptr || t.preserve_unknown_fields;
      if (!known) unknown.push_back("unknown field \"" + path(true) + "\"");
      const bool keep = known && !(it->value().is_null() && f && f->type->kind != Kind::any);
      if (keep && f && !check(it->value(), *f->type)) return false;
      path_.pop_back();
      if (keep)
        ++it;
      else
        it = o.stable_erase(it);  // null is absence
    }
    return true;
  }

  /// Null within a list or map is the zero of its type, as in Go; of a time it stays null.
  bool check_element(json::value& v, const Type& t) {
    if (v.is_null() && (t.kind == Kind::time || t.kind == Kind::micro_time)) return true;
    if (v.is_null() && t.kind == Kind::object) v = Object();
    if (v.is_null() && t.kind == Kind::string) v = "";
    return check(v, t);
  }

  bool list(json::value& v, const Type& t) {
    if (!v.is_array()) return mismatch(v, t);
    std::size_t i = 0;
    for (auto& e : v.get_array()) {
      path_.push_back({{}, i++, {}});
      if (!check_element(e, *t.element)) return false;
      path_.pop_back();
    }
    return true;
  }

  bool map(json::value& v, const Type& t) {
    if (!v.is_object()) return mismatch(v, t);
    for (auto& [key, value] : v.get_object()) {
      path_.push_back({key, 0, {}});
      if (!check_element(value, *t.element)) return false;
      path_.pop_back();
    }
    return true;
  }

  std::vector<Step> path_;
};

StatusError cannot_be_handled(const json::value& document, const Type& type, const std::string& why) {
  const auto* o = document.if_object();
  std::string kind(o ? get_string(*o, {"kind"}) : "");
  if (kind.empty()) kind = short_name(type.name);
  std::string version = type.gvk.empty() ? "" : type.gvk.front()[1];
  return StatusError::bad_request(kind + " in version \"" + version + "\" cannot be handled as a " + kind +
                                  ": " + why);
}

StatusOr<json::value> parse_any(std::string_view text, std::string_view content_type,
                                const DecodeLimits& limits, std::vector<std::string>& duplicates) {
  if (content_type.find("yaml") == std::string_view::npos) return parse_json(text, limits, &duplicates);
  base::YamlLimits yaml;
  yaml.bytes_max = limits.bytes_max;
  yaml.depth_max = limits.depth_max;
  auto v = base::parse_yaml(text, yaml);
  if (v) return std::move(*v);
  if (v.error().is(base::Errc::resource_exhausted)) return StatusError::too_large(v.error().message);
  return StatusError::bad_request("error converting YAML to JSON: " + v.error().message);
}

}  // namespace

StatusOr<Decoded> check(json::value document, const Type& type) {
  Checker checker;
  if (!checker.check(document, type)) return cannot_be_handled(document, type, checker.error);
  return Decoded{std::move(document.get_object()), std::move(checker.unknown)};
}

StatusOr<Decoded> decode(std::string_view text, std::string_view content_type, const Type& type,
                         const DecodeLimits& limits) {
  std::vector<std::string> duplicates;
  auto document = content_type == protobuf_type ? parse_protobuf(text, type, limits)
                                                : parse_any(text, content_type, limits, duplicates);
  if (!document) return document.error();
  auto decoded = check(std::move(*document), type);
  if (!decoded) return decoded.error();
  for (auto& d : duplicates)
    decoded->strict_errors.push_back("duplicate field \"" + d + "\"");
  return decoded;
}

}  // namespace api
