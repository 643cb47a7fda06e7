#include <algorithm>
#include <set>
#include "structural/structure.hpp"
#include "structural/values.hpp"

/// What a definition's schema may not say beyond being structural.
namespace structural {
namespace {

constexpr std::string_view types[] = {"array", "boolean", "integer", "number", "object", "string"};

/// In upstream's words; their order is part of a message.
constexpr std::string_view root_members =
    "[Description Type Format Title Maximum ExclusiveMaximum Minimum ExclusiveMinimum MaxLength MinLength "
    "Pattern "
    "MaxItems MinItems UniqueItems MultipleOf Required Items Properties ExternalDocs Example "
    "XPreserveUnknownFields "
    "XValidations]";
constexpr std::string_view root_names[] = {"description",
                                           "type",
                                           "format",
                                           "title",
                                           "maximum",
                                           "exclusiveMaximum",
                                           "minimum",
                                           "exclusiveMinimum",
                                           "maxLength",
                                           "minLength",
                                           "pattern",
                                           "maxItems",
                                           "minItems",
                                           "uniqueItems",
                                           "multipleOf",
                                           "required",
                                           "items",
                                           "properties",
                                           "externalDocs",
                                           "example",
                                           "x-kubernetes-preserve-unknown-fields",
                                           "x-kubernetes-validations"};

bool is_type(std::string_view text) {
  return std::find(std::begin(types), std::end(types), text) != std::end(types);
}

const json::value& member(const Schema& s, std::string_view name) {
  static const json::value none;
  const auto* v = s.source->if_contains(name);
  return v ? *v : none;
}

bool nonatomic_set(const Schema& s) {
  if (s.extensions.list_type != "set" || !s.items) return false;
  const auto& x = s.items->extensions;
  if (s.items->type == "array") return x.list_type.value_or("atomic") != "atomic";
  return s.items->type == "object" && x.map_type != "atomic";
}

void check_map_keys(const Schema& s, const Path& path, Errors& errors) {
  const auto& type = s.extensions.list_type;
  if (!s.items || (type != "set" && type != "map")) return;
  if (s.items->nullable)
    errors.forbidden(path.child("items").child("nullable"),
                     "cannot be nullable when x-kubernetes-list-type is " + *type);
  if (type != "map") return;
  const auto& required = s.items->values.required;
  for (const auto& key : s.extensions.list_map_keys) {
    const auto found = s.items->properties.find(key);
    if (found == s.items->properties.end()) continue;
    const auto at = path.child("items").child("properties").key(key);
    const bool is_required = std::find(required.begin(), required.end(), key) != required.end();
    if (!is_required && !found->second->default_value)
      errors.required(
          at.child("default"),
          "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required "
          "property");
    if (found->second->nullable)
      errors.forbidden(at.child("nullable"),
                       "this property is in x-kubernetes-list-map-keys, so it cannot be nullable");
  }
}

/// What is known of a node from those above it.
struct Place {
  bool inside_metadata = false;
  std::optional<std::string> no_defaults;  ///< The reason.
  bool root = false;
};

class Checker {
 public:
  Checker(const DocumentOptions& options, Errors& errors) : options_(options), errors_(errors) {}

  void node(const Schema& s, const Path& path, const Place& place) {
    own(s, path, place);
    if (s.values.unique_items)
      errors_.forbidden(path.child("uniqueItems"),
                        "uniqueItems cannot be set to true since the runtime complexity becomes quadratic");
    children(s, path, place);
    if (s.preserves_not)
      errors_.invalid(path.child("x-kubernetes-preserve-unknown-fields"), false, "must be true or undefined");
    map_type(s, path);
    list_type(s, path);
    list_map(s, path);
    if (options_.map_keys_required) check_map_keys(s, path, errors_);
  }

 private:
  void own(const Schema& s, const Path& path, const Place& place) {
    if (options_.valid_types && !s.type.empty() && !is_type(s.type))
      errors_.not_supported(path.child("type"), json::string(s.type), {std::begin(types), std::end(types)});
    if (s.default_value && place.no_defaults)
      errors_.forbidden(path.child("default"), "must not be set " + *place.no_defaults);
    for (const auto& name : s.unsupported)
      if (name == "items")
        errors_.forbidden(path.child("items"), "items must be a schema object and not an array");
      else if (name != "$schema")
        errors_.forbidden(path.child(name), name + " is not supported");
    if (s.type == "null")
      errors_.forbidden(path.child("type"), "type cannot be set to null, use nullable as an alternative");
    if (place.inside_metadata && s.extensions.embedded_resource)
      errors_.forbidden(path.child("x-kubernetes-embedded-resource"),
                        "must not be used inside of resource meta");
  }

  void children(const Schema& s, const Path& path, const Place& place) {
    Place below = place;
    below.root = false;
    if (s.has_additional) {
      if (!s.properties.empty() && (!s.additional_allowed || s.additional))
        errors_.forbidden(path.child("additionalProperties"),
                          "additionalProperties and properties are mutual exclusive");
      Place inside = below;
      if (place.inside_metadata)
        inside.no_defaults = "inside additionalProperties applying to object metadata";
      if (s.additional) node(*s.additional, path.child("additionalProperties"), inside);
    }
    for (const auto& [name, child] : s.properties) {
      Place inside = below;
      const bool meta = name == "metadata" || name == "kind" || name == "apiVersion";
      if (meta && (place.root || s.extensions.embedded_resource)) {
        inside.inside_metadata = true;
        if (place.root) inside.no_defaults = "in top-level " + name;
      }
      node(*child, path.child("properties").key(name), inside);
    }
    const auto& v = s.values;
    if (v.not_) node(*v.not_, path.child("not"), below);
    const std::pair<const char*, const std::vector<SchemaPtr>*> lists[] = {
        {"allOf", &v.all_of}, {"oneOf", &v.one_of}, {"anyOf", &v.any_of}};
    for (const auto& [name, list] : lists)
      for (std::size_t i = 0; i < list->size(); ++i)
        node(*(*list)[i], path.child(name).index(i), below);
    if (s.items) node(*s.items, path.child("items"), below);
  }

  /// `type` must be what an extension is for.
  void demand_type(const Schema& s, std::string_view type, std::string_view extension, const Path& path) {
    const std::string must =
        "must be " + std::string(type) + " if " + std::string(extension) + " is specified";
    if (s.type.empty())
      errors_.required(path.child("type"), must);
    else
      errors_.invalid(path.child("type"), json::string(s.type), must);
  }

  void map_type(const Schema& s, const Path& path) {
    const auto& type = s.extensions.map_type;
    if (!type) return;
    if (s.type != "object") demand_type(s, "object", "x-kubernetes-map-type", path);
    if (*type != "atomic" && *type != "granular")
      errors_.not_supported(path.child("x-kubernetes-map-type"), json::string(*type), {"atomic", "granular"});
  }

  void list_type(const Schema& s, const Path& path) {
    const auto& type = s.extensions.list_type;
    if (!type) return;
    if (s.type != "array") {
      demand_type(s, "array", "x-kubernetes-list-type", path);
    } else if (options_.atomic_sets && nonatomic_set(s)) {
      const auto* name = s.items->type == "array" ? "x-kubernetes-list-type" : "x-kubernetes-map-type";
      errors_.invalid(path.child("items").child(name), member(*s.items, "x-kubernetes-list-type"),
                      "must be atomic as item of a list with x-kubernetes-list-type=set");
    }
    if (*type != "atomic" && *type != "set" && *type != "map")
      errors_.not_supported(path.child("x-kubernetes-list-type"), json::string(*type),
                            {"atomic", "set", "map"});
  }

  void list_map(const Schema& s, const Path& path) {
    const auto& x = s.extensions;
    constexpr std::string_view must = "must be map if x-kubernetes-list-map-keys is non-empty";
    if (!x.list_map_keys.empty() && !x.list_type)
      errors_.required(path.child("x-kubernetes-list-type"), std::string(must));
    else if (!x.list_map_keys.empty() && *x.list_type != "map")
      errors_.invalid(path.child("x-kubernetes-list-type"), json::string(*x.list_type), std::string(must));
    if (x.list_type != "map") return;
    if (x.list_map_keys.empty())
      errors_.required(path.child("x-kubernetes-list-map-keys"),
                       "must not be empty if x-kubernetes-list-type is map");
    if (!s.items && member(s, "items").is_null())
      errors_.required(path.child("items"), "must have a schema if x-kubernetes-list-type is map");
    if (!s.items && !member(s, "items").is_null())
      errors_.invalid(path.child("items"), member(s, "items"),
                      "must only have a single schema if x-kubernetes-list-type is map");
    if (!s.items) return;
    if (s.items->type == "object")
      map_keys(s, path);
    else
      errors_.invalid(path.child("items").child("type"), json::string(s.items->type),
                      "must be object if parent array's x-kubernetes-list-type is map");
  }

  void map_keys(const Schema& s, const Path& path) {
    std::set<std::string> seen;
    const auto& keys = member(s, "x-kubernetes-list-map-keys");
    for (const auto& key : s.extensions.list_map_keys) {
      const auto found = s.items->properties.find(key);
      if (found == s.items->properties.end())
        errors_.invalid(path.child("x-kubernetes-list-map-keys"), keys,
                        "entries must all be names of item properties");
      else if (found->second->type == "array" || found->second->type == "object")
        errors_.invalid(path.child("items").child("properties").key(key).child("type"),
                        json::string(s.items->type),
                        "must be a scalar type if parent array's x-kubernetes-list-type is map");
      if (!seen.insert(key).second)
        errors_.invalid(path.child("x-kubernetes-list-map-keys"), keys, "must not contain duplicate entries");
    }
  }

  const DocumentOptions& options_;
  Errors& errors_;
};

/// With a status subresource the status' part of the schema stands alone too: the root may say nothing about
/// it.
void check_root(const Schema& s, const Path& path, Errors& errors) {
  for (const auto& [name, value] : *s.source) {
    if (name == "type" && s.type != "object") {
      errors.invalid(
          path.child("type"), json::string(s.type),
          "only \"object\" is allowed as the type at the root of the schema if the status subresource is "
          "enabled");
      return;
    }
    if (std::find(std::begin(root_names), std::end(root_names), std::string_view(name)) !=
        std::end(root_names))
      continue;
    errors.invalid(path, *s.source,
                   "only " + std::string(root_members) +
                       " fields are allowed at the root of the schema if the status subresource is enabled");
    return;
  }
}

}  // namespace

DocumentOptions demanded_after(const std::vector<SchemaPtr>& old) {
  DocumentOptions o;
  const auto any = [&](const std::function<bool(const Schema&)>& test) {
    return std::any_of(old.begin(), old.end(), [&](const auto& s) { return s && any_node(*s, test); });
  };
  o.valid_types = !any([](const Schema& s) { return !s.type.empty() && !is_type(s.type); });
  o.atomic_sets = !any(nonatomic_set);
  o.map_keys_required = !any([](const Schema& s) {
    Errors errors;
    check_map_keys(s, Path(), errors);
    return !errors.empty();
  });
  o.structural = std::all_of(old.begin(), old.end(), [](const auto& s) { return !s || is_structural(*s); });
  o.pruned_defaults = std::all_of(old.begin(), old.end(), [](const auto& s) {
    if (!s || !is_structural(*s)) return true;
    Errors with, without;
    check_defaults(*s, Path(), true, with);
    check_defaults(*s, Path(), false, without);
    return with.size() == without.size();
  });
  return o;
}

void check_schema(const Schema& schema, const Path& path, const DocumentOptions& options, Errors& errors) {
  const auto before = errors.size();
  if (options.status_subresource) check_root(schema, path, errors);
  if (schema.nullable) errors.forbidden(path.child("nullable"), "nullable cannot be true at the root");
  const auto why = unsupported(schema);
  if (options.structural && !why) {
    const auto found = errors.size();
    check_structural(schema, path, errors);
    if (errors.size() == found) check_defaults(schema, path, options.pruned_defaults, errors);
  }
  Place root;
  root.root = true;
  Checker(options, errors).node(schema, path, root);
  if (options.structural && why && errors.size() == before) errors.invalid(path, "", *why);
}

}  // namespace structural
