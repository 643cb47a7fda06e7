#include "apiserver/custom_resources/shared.hpp"
#include <algorithm>
#include "api/decode.hpp"
#include "apiserver/cache/entry.hpp"
#include "apiserver/kinds/common.hpp"
#include "apiserver/registry/metadata.hpp"
#include "structural/values.hpp"

namespace apiserver::custom_resources {
namespace {

namespace json = boost::json;

std::vector<std::string> strings(const Object& o, std::string_view member) {
  std::vector<std::string> out;
  if (const auto* list = api::get_array(o, {member}))
    for (const auto& v : *list)
      if (v.is_string()) out.emplace_back(v.get_string());
  return out;
}

/// As Go prints a value that a field selector compares with.
std::string field_text(const json::value* v) {
  if (!v || v->is_null()) return {};
  if (v->is_string()) return std::string(v->get_string());
  return api::encode(*v);
}

void read_fields(const Object& version, Shared& shared) {
  kinds::each(version, "selectableFields", kinds::Path(), [&](const Object& field, const kinds::Path&) {
    auto way = kinds::at(field, {"jsonPath"});
    auto path = JsonPath::parse(way);
    if (way.starts_with('.')) way.erase(0, 1);
    const auto& known = shared.field_labels;
    if (!path || std::find(known.begin(), known.end(), way) != known.end()) return;
    shared.field_labels.push_back(way);
    shared.fields.push_back({"", [path = std::move(*path)](const Object& o) {
                               const json::value document = o;
                               return field_text(path.first(document));
                             }});
  });
}

}  // namespace

const structural::Schema& Shared::schema(std::string_view version) const {
  const auto found = schemas.find(std::string(version));
  return *(found == schemas.end() ? schemas.at(storage_version) : found->second);
}

const structural::Schema& Shared::schema_of(const Object& object) const {
  const auto api_version = api::get_string(object, {"apiVersion"});
  return schema(api_version.substr(api_version.rfind('/') + 1));
}

std::shared_ptr<const Shared> read_shared(const Object& o, std::shared_ptr<const Converter> converter) {
  auto shared = std::make_shared<Shared>();
  shared->name = api::name_of(o);
  shared->uid = api::uid_of(o);
  const auto& spec = *api::get_object(o, {"spec"});
  const auto& names = *api::get_object(o, {"status", "acceptedNames"});
  shared->group = kinds::at(spec, {"group"});
  shared->kind = kinds::at(names, {"kind"});
  shared->list_kind = kinds::at(names, {"listKind"});
  shared->plural = kinds::at(names, {"plural"});
  shared->singular = kinds::at(names, {"singular"});
  shared->short_names = strings(names, "shortNames");
  shared->categories = strings(names, "categories");
  shared->namespaced = kinds::at(spec, {"scope"}) == "Namespaced";
  shared->converter = std::move(converter);
  kinds::each(spec, "versions", kinds::Path(), [&](const Object& version, const kinds::Path&) {
    const auto name = kinds::at(version, {"name"});
    const auto* schema = api::get_object(version, {"schema", "openAPIV3Schema"});
    // Before a schema was demanded, everything was kept.
    static const Object keep_all{{"type", "object"}, {"x-kubernetes-preserve-unknown-fields", true}};
    shared->schemas[name] = structural::read(schema ? *schema : keep_all);
    if (api::get_bool(version, {"storage"})) shared->storage_version = name;
    read_fields(version, *shared);
  });
  for (std::size_t i = 0; i < shared->fields.size(); ++i)
    shared->fields[i].label = shared->field_labels[i];
  return shared;
}

std::string freshened(const Shared& shared, std::string_view stored) {
  json::value document = cache::parse_object(stored);
  const auto& schema = shared.schema_of(document.get_object());
  const bool pruned = structural::prune_silently(document, schema, true);
  if (!pruned && !structural::has_defaults(schema)) return std::string(stored);
  structural::drop_nulls(document, schema);
  structural::set_defaults(document, schema);
  return api::encode(registry::storage_form(document.get_object()));
}

}  // namespace apiserver::custom_resources
