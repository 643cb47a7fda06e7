#include "structural/types.hpp"
#include <algorithm>
#include <deque>

namespace structural {
namespace {

using api::Field;
using api::Kind;
using api::Type;

constexpr std::string_view meta_prefix = "io.k8s.apimachinery.pkg.apis.meta.v1.";

/// Makes the types of one schema; owns them.
class Builder {
 public:
  Type& add(Kind kind) {
    all_.emplace_back().kind = kind;
    return all_.back();
  }

  const Type* of(const Schema& s) {
    if (s.extensions.int_or_string) return scalar(Kind::int_or_string);
    if (s.type == "string") return scalar(Kind::string);
    if (s.type == "integer") return scalar(Kind::int64);
    if (s.type == "number") return scalar(Kind::number);
    if (s.type == "boolean") return scalar(Kind::boolean);
    if (s.type == "array") {
      auto& list = add(Kind::list);
      list.element = s.items ? of(*s.items) : scalar(Kind::any);
      return &list;
    }
    const bool map = s.has_additional && s.properties.empty() && s.additional_allowed;
    if (map) {
      auto& type = add(Kind::map);
      type.element = s.additional ? of(*s.additional) : scalar(Kind::any);
      type.map_atomic = s.extensions.map_type == "atomic";
      return &type;
    }
    if (s.properties.empty() && !s.extensions.embedded_resource) return scalar(Kind::any);
    auto& object = add(Kind::object);
    fill(object, s, s.extensions.embedded_resource);
    return &object;
  }

  void fill(Type& object, const Schema& s, bool is_resource) {
    object.preserve_unknown_fields = s.extensions.preserve_unknown_fields;
    object.map_atomic = s.extensions.map_type == "atomic";
    for (const auto& [name, child] : s.properties) {
      const bool meta = name == "apiVersion" || name == "kind" || name == "metadata";
      if (is_resource && meta) continue;
      object.fields.push_back(field(name, *child));
    }
    if (is_resource) {
      add_field(object, "apiVersion", scalar(Kind::string));
      add_field(object, "kind", scalar(Kind::string));
      add_field(object, "metadata", api::find_type(std::string(meta_prefix) + "ObjectMeta"));
    }
    for (auto& f : object.fields)
      f.required =
          std::find(s.values.required.begin(), s.values.required.end(), f.name) != s.values.required.end();
    sort(object);
  }

  void add_field(Type& object, std::string name, const Type* type) {
    Field f;
    f.name = std::move(name);
    f.type = type;
    object.fields.push_back(std::move(f));
  }

  static void sort(Type& object) {
    std::sort(object.fields.begin(), object.fields.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
  }

  const Type* scalar(Kind kind) {
    for (const auto* t : scalars_)
      if (t->kind == kind) return t;
    scalars_.push_back(&add(kind));
    return scalars_.back();
  }

 private:
  Field field(const std::string& name, const Schema& s) {
    Field f;
    f.name = name;
    f.type = of(s);
    const auto& x = s.extensions;
    if (x.list_type == "set") f.list_type = api::ListType::set;
    if (x.list_type == "map") f.list_type = api::ListType::map;
    f.list_map_keys = x.list_map_keys;
    f.map_atomic = x.map_type == "atomic";
    return f;
  }

  std::deque<Type> all_;
  std::vector<const Type*> scalars_;
};

std::string reference(std::string_view name, bool v2) {
  return (v2 ? "#/definitions/" : "#/components/schemas/") + std::string(meta_prefix) + std::string(name);
}

constexpr std::string_view metadata_text =
    "Standard object's metadata. More info: "
    "https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata";
constexpr std::string_view api_version_text =
    "APIVersion defines the versioned schema of this representation of an object. Servers should convert "
    "recognized "
    "schemas to the latest internal value, and may reject unrecognized values. More info: "
    "https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#resources";
constexpr std::string_view kind_text =
    "Kind is a string value representing the REST resource this object represents. Servers may infer this "
    "from the "
    "endpoint the client submits requests to. Cannot be updated. In CamelCase. More info: "
    "https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#types-kinds";

/// apiVersion, kind and metadata, whatever the schema says of them.
void add_resource_members(json::object& schema, bool v2) {
  auto* properties = schema.if_contains("properties");
  if (!properties || !properties->is_object()) properties = &(schema["properties"] = json::object());
  auto& p = properties->get_object();
  p["apiVersion"] = json::object{{"type", "string"}, {"description", api_version_text}};
  p["kind"] = json::object{{"type", "string"}, {"description", kind_text}};
  json::object to_meta{{"$ref", reference("ObjectMeta", v2)}};
  // In version 3 nothing may stand beside a reference.
  p["metadata"] =
      v2 ? json::object{{"$ref", reference("ObjectMeta", v2)}, {"description", metadata_text}}
         : json::object{{"allOf", json::array{std::move(to_meta)}}, {"description", metadata_text}};
}

bool is_true(const json::object& o, std::string_view name) {
  const auto* v = o.if_contains(name);
  return v && v->is_bool() && v->get_bool();
}

/// What kubectl's reader of version 2 cannot take is taken out, as upstream does.
void to_v2(json::object& s) {
  for (const char* name : {"allOf", "anyOf", "oneOf", "not", "externalDocs", "id", "$schema"})
    s.erase(name);
  const bool preserve = is_true(s, "x-kubernetes-preserve-unknown-fields");
  if (is_true(s, "nullable"))
    for (const char* name : {"type", "items", "properties", "nullable"})
      s.erase(name);
  if (preserve)
    for (const char* name : {"items", "properties"})
      s.erase(name);
  const auto is = [&](const char* type) {
    const auto* t = s.if_contains("type");
    return t && *t == json::string(type);
  };
  if ((is("array") && !s.contains("items")) || (is("object") && preserve)) s.erase("type");
  if (auto* items = s.if_contains("items"); items && items->is_object()) to_v2(items->get_object());
  if (auto* more = s.if_contains("additionalProperties"); more && more->is_object())
    to_v2(more->get_object());
  if (auto* properties = s.if_contains("properties"); properties && properties->is_object())
    for (auto& [name, child] : properties->get_object()) {
      if (!child.is_object()) continue;
      auto* required = s.if_contains("required");
      if (required && required->is_array() && is_true(child.get_object(), "nullable")) {
        json::array kept;
        for (auto& r : required->get_array())
          if (!(r.is_string() && r.get_string() == name)) kept.push_back(std::move(r));
        *required = std::move(kept);
      }
      to_v2(child.get_object());
    }
  if (const auto* required = s.if_contains("required");
      required && required->is_array() && required->get_array().empty())
    s.erase("required");
}

/// Embedded resources show their own members.
void show_embedded(json::object& s, bool v2) {
  if (is_true(s, "x-kubernetes-embedded-resource")) add_resource_members(s, v2);
  for (const char* name : {"items", "additionalProperties"})
    if (auto* child = s.if_contains(name); child && child->is_object())
      show_embedded(child->get_object(), v2);
  if (auto* properties = s.if_contains("properties"); properties && properties->is_object())
    for (auto& [name, child] : properties->get_object())
      if (child.is_object() && !child.get_object().contains("$ref")) show_embedded(child.get_object(), v2);
}

json::object published(const Schema& schema, const TypeName& name, bool v2) {
  json::object out = *schema.source;
  if (v2) to_v2(out);
  show_embedded(out, v2);
  // A root that keeps what it does not know has no members to show in version 2.
  const bool plain = out.contains("properties") || !v2 || !schema.extensions.preserve_unknown_fields;
  if (plain) add_resource_members(out, v2);
  out["x-kubernetes-group-version-kind"] =
      json::array{json::object{{"group", name.group}, {"kind", name.kind}, {"version", name.version}}};
  return out;
}

}  // namespace

std::string model_name(const TypeName& name) {
  std::string out;
  std::string_view group = name.group;
  while (!group.empty()) {
    const auto dot = group.rfind('.');
    out.append(group.substr(dot == std::string_view::npos ? 0 : dot + 1)).append(".");
    group = dot == std::string_view::npos ? std::string_view() : group.substr(0, dot);
  }
  return out + name.version + "." + name.kind;
}

Types to_types(const Schema& schema, const TypeName& name, const std::string& list_kind) {
  auto builder = std::make_shared<Builder>();
  auto& object = builder->add(Kind::object);
  object.name = model_name(name);
  object.gvk = {{name.group, name.version, name.kind}};
  builder->fill(object, schema, true);
  auto& items = builder->add(Kind::list);
  items.element = &object;
  auto& list = builder->add(Kind::object);
  list.name = model_name({name.group, name.version, list_kind});
  list.gvk = {{name.group, name.version, list_kind}};
  builder->add_field(list, "apiVersion", builder->scalar(Kind::string));
  builder->add_field(list, "items", &items);
  builder->add_field(list, "kind", builder->scalar(Kind::string));
  builder->add_field(list, "metadata", api::find_type(std::string(meta_prefix) + "ListMeta"));
  list.fields[1].required = true;
  Builder::sort(list);
  return {{builder, &object}, {builder, &list}};
}

json::object openapi_v3(const Schema& schema, const TypeName& name) {
  return published(schema, name, false);
}

json::object openapi_v2(const Schema& schema, const TypeName& name) {
  return published(schema, name, true);
}

}  // namespace structural
