#include "api/openapi_schema.hpp"
#include <boost/json/serialize.hpp>
#include "api/descriptions.hpp"

namespace api::openapi {
namespace {

namespace json = boost::json;
using json::object;

constexpr std::string_view meta_prefix = "io.k8s.apimachinery.pkg.apis.meta.v1.";

std::string_view patch_strategy_text(PatchStrategy strategy) {
  switch (strategy) {
    case PatchStrategy::none:
      return "";
    case PatchStrategy::merge:
      return "merge";
    case PatchStrategy::replace:
      return "replace";
    case PatchStrategy::retain_keys:
      return "retainKeys";
    case PatchStrategy::merge_retain_keys:
      return "merge,retainKeys";
  }
  return "";
}

/// How server-side apply and strategic merge treat the field.
void add_merge_rules(object& schema, const Field& field) {
  if (field.type->kind == Kind::list && field.list_type == ListType::set)
    schema["x-kubernetes-list-type"] = "set";
  if (field.type->kind == Kind::list && field.list_type == ListType::map) {
    schema["x-kubernetes-list-type"] = "map";
    schema["x-kubernetes-list-map-keys"] =
        json::array(field.list_map_keys.begin(), field.list_map_keys.end());
  }
  if (field.map_atomic) schema["x-kubernetes-map-type"] = "atomic";
  if (!field.patch_merge_key.empty()) schema["x-kubernetes-patch-merge-key"] = field.patch_merge_key;
  if (const auto strategy = patch_strategy_text(field.patch_strategy); !strategy.empty())
    schema["x-kubernetes-patch-strategy"] = strategy;
}

json::array kinds_of(const Type& type) {
  json::array list;
  for (const auto& gvk : type.gvk)
    list.push_back(object{{"group", gvk[0]}, {"kind", gvk[2]}, {"version", gvk[1]}});
  return list;
}

object one_of(std::string_view a, std::string_view b) {
  return {{"oneOf", json::array{object{{"type", a}}, object{{"type", b}}}}};
}

object quantity(Dialect dialect) {
  return dialect == Dialect::v2 ? object{{"type", "string"}} : one_of("string", "number");
}

object int_or_string(Dialect dialect) {
  auto schema = dialect == Dialect::v2 ? object{{"type", "string"}} : one_of("integer", "string");
  schema["format"] = "int-or-string";
  return schema;
}

object typed(std::string_view type, std::string_view format = "") {
  object schema{{"type", type}};
  if (!format.empty()) schema["format"] = format;
  return schema;
}

}  // namespace

std::string_view reference_prefix(Dialect dialect) noexcept {
  return dialect == Dialect::v2 ? "#/definitions/" : "#/components/schemas/";
}

object Definitions::reference(const Type& type) {
  if (!written_.contains(type.name)) wanted_.try_emplace(type.name, &type);
  return {{"$ref", std::string(reference_prefix(dialect_)) + type.name}};
}

object Definitions::patch_reference() {
  return scalar_reference(std::string(meta_prefix) + "Patch", typed("object"));
}

object Definitions::scalar_reference(std::string_view name, object definition) {
  written_.try_emplace(std::string(name), json::serialize(definition));
  return {{"$ref", std::string(reference_prefix(dialect_)) + std::string(name)}};
}

object Definitions::schema(const Type& type) {
  switch (type.kind) {
    case Kind::string:
      return typed("string");
    case Kind::boolean:
      return typed("boolean");
    case Kind::int32:
      return typed("integer", "int32");
    case Kind::int64:
      return typed("integer", "int64");
    case Kind::number:
      return typed("number", "double");
    case Kind::bytes:
      return typed("string", "byte");
    case Kind::quantity:
      return scalar_reference("io.k8s.apimachinery.pkg.api.resource.Quantity", quantity(dialect_));
    case Kind::int_or_string:
      return scalar_reference("io.k8s.apimachinery.pkg.util.intstr.IntOrString", int_or_string(dialect_));
    case Kind::time:
      return scalar_reference(std::string(meta_prefix) + "Time", typed("string", "date-time"));
    case Kind::micro_time:
      return scalar_reference(std::string(meta_prefix) + "MicroTime", typed("string", "date-time"));
    case Kind::duration:
      return scalar_reference(std::string(meta_prefix) + "Duration", typed("string"));
    case Kind::any:
      // Not empty: kubectl explain takes an empty schema for none.
      return {{"x-kubernetes-preserve-unknown-fields", true}};
    case Kind::object:
      return type.name.empty() ? object_schema(type) : reference(type);
    case Kind::list:
      return {{"type", "array"}, {"items", schema(*type.element)}};
    case Kind::map:
      return {{"type", "object"}, {"additionalProperties", schema(*type.element)}};
  }
  return {};
}

object Definitions::property(const Type& owner, const Field& field) {
  auto inner = schema(*field.type);
  object rules;
  if (const auto text = description_of(owner.name, field.name); !text.empty()) rules["description"] = text;
  add_merge_rules(rules, field);
  if (rules.empty()) return inner;
  // In version 3 nothing may stand beside a reference.
  if (dialect_ == Dialect::v3 && inner.contains("$ref"))
    inner = object{{"allOf", json::array{std::move(inner)}}};
  for (auto& [key, value] : rules)
    inner[key] = std::move(value);
  return inner;
}

object Definitions::object_schema(const Type& type) {
  object schema, properties;
  if (const auto text = description_of(type.name); !text.empty()) schema["description"] = text;
  schema["type"] = "object";
  json::array required;
  for (const auto& field : type.fields) {
    properties[field.name] = property(type, field);
    if (field.required) required.push_back(json::string(field.name));
  }
  if (!properties.empty()) schema["properties"] = std::move(properties);
  if (!required.empty()) schema["required"] = std::move(required);
  if (type.map_atomic) schema["x-kubernetes-map-type"] = "atomic";
  if (type.preserve_unknown_fields) schema["x-kubernetes-preserve-unknown-fields"] = true;
  if (auto kinds = kinds_of(type); !kinds.empty())
    schema["x-kubernetes-group-version-kind"] = std::move(kinds);
  return schema;
}

void Definitions::define(std::span<const ResourceInfo* const> resources) {
  for (const auto* r : resources)
    if (r->extension && r->type)
      defined_[r->type] = dialect_ == Dialect::v2 ? &r->extension->openapi_v2() : &r->extension->openapi_v3();
}

void Definitions::want_references(const json::value& value) {
  if (const auto* list = value.if_array())
    for (const auto& element : *list)
      want_references(element);
  const auto* o = value.if_object();
  if (!o) return;
  for (const auto& [name, member] : *o) {
    if (name != "$ref") {
      want_references(member);
    } else if (member.is_string()) {
      std::string_view to = member.get_string();
      const auto prefix = reference_prefix(dialect_);
      if (!to.starts_with(prefix)) continue;
      if (const auto* type = find_type(to.substr(prefix.size()))) reference(*type);
    }
  }
}

const std::map<std::string, std::string, std::less<>>& Definitions::finish() {
  while (!wanted_.empty()) {
    const auto [name, type] = *wanted_.begin();
    wanted_.erase(wanted_.begin());
    written_.try_emplace(name);  // Before its fields, which may refer to it.
    if (const auto defined = defined_.find(type); defined != defined_.end()) {
      want_references(*defined->second);
      written_[name] = json::serialize(*defined->second);
    } else {
      written_[name] = json::serialize(object_schema(*type));
    }
  }
  return written_;
}

std::string Definitions::encode() {
  std::string text;
  for (const auto& [name, definition] : finish())
    text += (text.empty() ? "\"" : ",\"") + name + "\":" + definition;
  return text;
}

}  // namespace api::openapi
