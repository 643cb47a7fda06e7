#include <algorithm>
#include <map>
#include "api/decode.hpp"
#include "api/names.hpp"
#include "apiserver/kinds/common.hpp"
#include "apiserver/kinds/custom_resource_definitions.hpp"
#include "apiserver/kinds/groups.hpp"
#include "cel/schema_rules.hpp"
#include "structural/structure.hpp"
#include "structural/values.hpp"

/// apiextensions.k8s.io: CustomResourceDefinitions.
namespace apiserver::kinds {
namespace {

using definitions::Demands;

// Schemas: what may be a schema or something else has no type in libs/api's schema, so it is typed here.

const api::Type& schema_type() {
  static const auto* type =
      api::find_type("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps");
  return *type;
}

constexpr const char* maybe_schemas[] = {"items", "additionalProperties", "additionalItems"};

/// Calls `f(value)` for each schema that libs/api takes for any value, from the outside in.
template <class Schema, class F>
void each_untyped(Schema& schema, const F& f) {
  for (const char* name : maybe_schemas)
    if (auto* v = schema.if_contains(name); v && v->is_object()) {
      f(*v);
      if (v->is_object()) each_untyped(v->get_object(), f);
    }
  for (const char* name : {"not"})
    if (auto* v = schema.if_contains(name); v && v->is_object()) each_untyped(v->get_object(), f);
  for (const char* name : {"allOf", "anyOf", "oneOf"})
    if (auto* v = schema.if_contains(name); v && v->is_array())
      for (auto& e : v->get_array())
        if (e.is_object()) each_untyped(e.get_object(), f);
  if (auto* v = schema.if_contains("properties"); v && v->is_object())
    for (auto& [key, e] : v->get_object())
      if (e.is_object()) each_untyped(e.get_object(), f);
}

template <class Definition, class F>
void each_schema(Definition& definition, const F& f) {
  auto* spec = definition.if_contains("spec");
  if (!spec || !spec->is_object()) return;
  auto* versions = spec->get_object().if_contains("versions");
  if (!versions || !versions->is_array()) return;
  std::size_t i = 0;
  for (auto& version : versions->get_array()) {
    const auto path = Path("spec").child("versions").index(i++).child("schema").child("openAPIV3Schema");
    if (!version.is_object()) continue;
    auto* holder = version.get_object().if_contains("schema");
    if (!holder || !holder->is_object()) continue;
    auto* schema = holder->get_object().if_contains("openAPIV3Schema");
    if (schema && schema->is_object()) f(schema->get_object(), version.get_object(), path);
  }
}

/// As a typed decoder would leave them: without nulls and unknown members. What has wrong types stays, to be
/// refused.
void clean_schemas(Object& definition) {
  each_schema(definition, [](Object& schema, Object&, const Path&) {
    each_untyped(schema, [](json::value& v) {
      auto checked = api::check(v, schema_type());
      if (checked) v = std::move(checked->object);
    });
  });
}

void default_definition(Object& o) {
  auto& spec = api::ensure_object(o, {"spec"});
  const auto kind = at(spec, {"names", "kind"});
  if (!kind.empty()) {
    std::string singular = kind;
    std::transform(singular.begin(), singular.end(), singular.begin(),
                   [](unsigned char c) { return std::tolower(c); });
    if (at(spec, {"names", "singular"}).empty()) api::ensure(spec, {"names", "singular"}) = text(singular);
    if (at(spec, {"names", "listKind"}).empty())
      api::ensure(spec, {"names", "listKind"}) = text(kind + "List");
  }
  if (!api::get_object(spec, {"conversion"})) api::ensure(spec, {"conversion", "strategy"}) = "None";
  if (api::get_object(spec, {"conversion", "webhook", "clientConfig", "service"}))
    api::set_default(spec, {"conversion", "webhook", "clientConfig", "service", "port"}, 443);
  clean_schemas(o);
}

/// The storage version is one that objects are stored in from now on.
void note_stored_version(Object& o) {
  const auto* spec = api::get_object(o, {"spec"});
  const auto version = spec ? definitions::storage_version(*spec) : std::string();
  if (version.empty()) return;
  auto& stored = api::ensure(o, {"status", "storedVersions"});
  if (!stored.is_array()) stored = json::array();
  auto& list = stored.get_array();
  if (std::find(list.begin(), list.end(), json::value(text(version))) == list.end())
    list.push_back(text(version));
}

void prepare_create(Object& o) {
  o["status"] =
      Object{{"acceptedNames", Object{{"kind", ""}, {"plural", ""}}}, {"conditions", json::array()}};
  note_stored_version(o);
}

void prepare_delete(Object& o, base::SystemTime now) {
  auto& finalizers = api::metadata(o)["finalizers"];
  if (!finalizers.is_array()) finalizers = json::array();
  const json::value ours = text(definitions::cleanup_finalizer);
  auto& list = finalizers.get_array();
  if (std::find(list.begin(), list.end(), ours) == list.end()) list.push_back(ours);
  definitions::set_condition(
      o,
      {"Terminating", "True", "InstanceDeletionPending",
       "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon"},
      now);
}

// Validation.

void validate_schemas(const Object& o, const Demands& demands, Errors& errors) {
  std::vector<structural::SchemaPtr> old;
  std::map<std::string, const Object*> old_sources;
  if (demands.old)
    each_schema(*demands.old, [&](const Object& schema, const Object& version, const Path&) {
      old.push_back(structural::read(schema));
      old_sources[at(version, {"name"})] = &schema;
    });
  const auto demanded = structural::demanded_after(old);
  each_schema(o, [&](const Object& source, const Object& version, const Path& path) {
    const auto before = errors.size();
    each_untyped(source, [&](const json::value& v) {
      const auto checked = api::check(v, schema_type());
      if (checked || errors.size() != before) return;
      const auto& message = checked.error().message;
      const auto json_at = message.find("json: ");
      errors.invalid(path, "", json_at == std::string::npos ? message : message.substr(json_at));
    });
    if (errors.size() != before) return;
    const auto schema = structural::read(source);
    auto options = demanded;
    options.status_subresource = api::get_object(version, {"subresources", "status"}) != nullptr;
    structural::check_schema(*schema, path, options, errors);
    // Rules are about types, which a schema that is wrong does not have.
    if (errors.size() != before) return;
    cel::RuleCheckOptions rules;
    const auto had = old_sources.find(at(version, {"name"}));
    rules.unchanged_schema = had != old_sources.end() && api::deep_equal(*had->second, source);
    cel::check_schema_rules(source, path, rules, errors);
  });
}

/// The node a simple path (".spec.a") leads to; null if it leads nowhere.
const structural::Schema* node_at(const structural::Schema& root, std::string_view path) {
  const auto* here = &root;
  if (!path.starts_with('.')) return nullptr;
  while (!path.empty() && here) {
    path.remove_prefix(1);
    const auto end = std::min(path.find('.'), path.size());
    const auto found = here->properties.find(path.substr(0, end));
    here = found == here->properties.end() ? nullptr : found->second.get();
    path.remove_prefix(end);
  }
  return here;
}

void validate_selectable_fields(const Object& o, const Object* old, Errors& errors) {
  constexpr std::size_t fields_max = 8;
  each_schema(o, [&](const Object& source, const Object& version, const Path& schema_path) {
    const auto* fields = api::get_array(version, {"selectableFields"});
    if (!fields) return;
    auto text_path = schema_path.text();
    text_path.resize(text_path.rfind(".schema"));
    const auto path = Path(text_path).child("selectableFields");
    const auto schema = structural::read(source);
    std::vector<std::string> seen;
    for (std::size_t i = 0; i < fields->size(); ++i) {
      const auto where = path.index(i).child("jsonPath");
      const auto way = (*fields)[i].is_object() ? at((*fields)[i].get_object(), {"jsonPath"}) : std::string();
      if (way.empty()) {
        errors.required(where);
        continue;
      }
      const bool metadata = way == ".metadata" || way.starts_with(".metadata.");
      const auto* node = node_at(*schema, way);
      if (!node && !metadata) {
        errors.invalid(where, text(way), "is an invalid path: does not refer to a valid field");
        continue;
      }
      if (metadata) errors.invalid(where, text(way), "must not point to fields in metadata");
      if (!node || (node->type != "string" && node->type != "boolean" && node->type != "integer"))
        errors.invalid(
            where, text(way),
            "must point to a field of type string, boolean or integer. Enum string fields and strings "
            "with formats are allowed.");
      if (std::find(seen.begin(), seen.end(), way) != seen.end())
        errors.duplicate(where, text(way));
      else
        seen.push_back(way);
    }
    bool unchanged = false;
    if (old)
      each(api::get_object(*old, {"spec"}) ? *api::get_object(*old, {"spec"}) : Object(), "versions", Path(),
           [&](const Object& v, const Path&) {
             const auto* before = api::get_array(v, {"selectableFields"});
             unchanged |= at(v, {"name"}) == at(version, {"name"}) && before && *before == *fields;
           });
    if (seen.size() > fields_max && !unchanged) errors.too_many(path, seen.size(), fields_max);
  });
}

void validate_stored_versions(const Object& o, const Path& path, Errors& errors) {
  const auto* stored = api::get_array(o, {"status", "storedVersions"});
  if (!stored || stored->empty())
    return errors.invalid(path, stored ? json::value(*stored) : json::value(),
                          "must have at least one stored version");
  static const Object nothing;
  const auto* spec = api::get_object(o, {"spec"});
  std::vector<json::value> known;
  each(spec ? *spec : nothing, "versions", Path(), [&](const Object& v, const Path&) {
    const json::value name = text(at(v, {"name"}));
    const bool has = std::find(stored->begin(), stored->end(), name) != stored->end();
    if (api::get_bool(v, {"storage"}) && !has)
      errors.invalid(path, *stored, "must have the storage version " + at(v, {"name"}));
    known.push_back(name);
  });
  for (std::size_t i = 0; i < stored->size(); ++i) {
    if (std::find(known.begin(), known.end(), (*stored)[i]) != known.end()) continue;
    const std::string name((*stored)[i].is_string() ? std::string_view((*stored)[i].get_string()) : "");
    errors.invalid(
        path.index(i), (*stored)[i],
        "missing from spec.versions; " + name +
            " was previously a storage version, and must remain in spec.versions until a storage migration "
            "ensures no data remains persisted in " +
            name + " and removes " + name + " from status.storedVersions");
  }
}

void validate_group(const Object& spec, const Path& path, Errors& errors) {
  const auto group = at(spec, {"group"});
  const auto where = path.child("group");
  if (group.empty())
    errors.required(where);
  else if (const auto why = api::names::dns1123_subdomain(group))
    errors.invalid(where, text(group), *why);
  else if (group.find('.') == std::string::npos)
    errors.invalid(where, text(group), "should be a domain with at least one dot");
}

void validate_spec(const Object& o, const Demands& demands, Errors& errors) {
  const Path path("spec");
  static const Object nothing;
  const auto* given = api::get_object(o, {"spec"});
  const auto& spec = given ? *given : nothing;
  validate_group(spec, path, errors);
  const auto scope = at(spec, {"scope"});
  if (scope.empty())
    errors.required(path.child("scope"));
  else if (scope != "Cluster" && scope != "Namespaced")
    errors.not_supported(path.child("scope"), text(scope), {"Cluster", "Namespaced"});
  definitions::validate_versions(spec, demands, path, errors);
  validate_schemas(o, demands, errors);
  validate_selectable_fields(o, demands.old, errors);
  const auto* names = api::get_object(spec, {"names"});
  for (const char* member : {"plural", "singular", "kind", "listKind"})
    if (at(names ? *names : nothing, {member}).empty()) errors.required(path.child("names").child(member));
  definitions::validate_names(names ? *names : nothing, path.child("names"), errors);
  definitions::validate_conversion(spec, demands, path, errors);
}

void validate_status_names(const Object& o, Errors& errors) {
  const Path path = Path("status").child("acceptedNames");
  if (const auto* names = api::get_object(o, {"status", "acceptedNames"}))
    definitions::validate_names(*names, path, errors);
}

void validate_the_rest(const Object& o, const Object* old, Errors& errors) {
  validate_status_names(o, errors);
  validate_stored_versions(o, Path("status").child("storedVersions"), errors);
  definitions::validate_approval(o, old, errors);
  const bool was = old && api::get_bool(*old, {"spec", "preserveUnknownFields"});
  if (api::get_bool(o, {"spec", "preserveUnknownFields"}) && !was)
    errors.invalid(
        Path("spec").child("preserveUnknownFields"), true,
        "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema "
        "instead");
}

void validate_definition(const Object& o, Errors& errors) {
  if (api::name_of(o) != at(o, {"spec", "names", "plural"}) + "." + at(o, {"spec", "group"}))
    errors.invalid(Path("metadata").child("name"), text(api::name_of(o)),
                   "must be spec.names.plural+\".\"+spec.group");
  validate_spec(o, Demands(), errors);
  validate_the_rest(o, nullptr, errors);
}

Demands demands_after(const Object& old) {
  Demands d;
  d.old = &old;
  d.fixed_names = definitions::is_true(old, "Established");
  d.good_ca_bundle = d.fixed_names;
  static const Object nothing;
  const auto* spec = api::get_object(old, {"spec"});
  each(spec ? *spec : nothing, "versions", Path(), [&](const Object& v, const Path&) {
    if (!api::get_object(v, {"schema", "openAPIV3Schema"})) d.schemas = false;
  });
  return d;
}

void validate_definition_update(const Object& o, const Object& old, Errors& errors) {
  const auto demands = demands_after(old);
  validate_spec(o, demands, errors);
  if (demands.fixed_names) {
    check_immutable(o, old, {"spec", "scope"}, errors);
    check_immutable(o, old, {"spec", "names", "kind"}, errors);
  }
  check_immutable(o, old, {"spec", "group"}, errors);
  check_immutable(o, old, {"spec", "names", "plural"}, errors);
  validate_the_rest(o, &old, errors);
}

std::vector<std::string> definition_warnings(const Object& o) {
  std::vector<std::string> out;
  each_schema(o, [&](const Object& source, const Object&, const Path&) {
    structural::any_node(*structural::read(source), [&](const structural::Schema& s) {
      const auto& f = s.values.format;
      if (f.empty()) return false;
      const bool text = s.type.empty() || s.type == "string";
      const bool known = (text && structural::is_known_format(f)) ||
                         (s.type == "integer" && (f == "int32" || f == "int64")) ||
                         (s.type == "number" && (f == "float" || f == "double"));
      if (!known) out.push_back("unrecognized format \"" + f + "\"");
      return false;
    });
  });
  return out;
}

const Column columns[] = {{"Name", "string", "name"}, {"Created At", "date"}};

json::array cells(const Object& o, base::SystemTime) {
  return {text(name_cell(o)), text(at(o, {"metadata", "creationTimestamp"}))};
}

const KindRecord records[] = {
    {.group = "apiextensions.k8s.io",
     .resource = "customresourcedefinitions",
     .defaults = default_definition,
     .prepare_create = prepare_create,
     .prepare_update = [](Object& o, const Object&) { note_stored_version(o); },
     .validate = validate_definition,
     .validate_update = validate_definition_update,
     .update_validates_all = true,
     .validate_status = [](const Object& o, const Object&,
                           Errors& errors) { validate_status_names(o, errors); },
     .prepare_delete = prepare_delete,
     .warnings = definition_warnings,
     .table = {columns, cells},
     .generation = true,
     .allow_unconditional_update = false},
};

}  // namespace

std::span<const KindRecord> definition_records() {
  return records;
}

}  // namespace apiserver::kinds
