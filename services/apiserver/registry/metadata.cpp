#include "apiserver/registry/metadata.hpp"
#include <algorithm>
#include <boost/json/serialize.hpp>
#include "api/names.hpp"
#include "apiserver/kinds/common.hpp"

namespace apiserver::registry {
namespace {

namespace json = boost::json;
using api::field::Errors;
using api::field::Path;

constexpr std::size_t generated_name_max = 63, suffix_length = 5;
constexpr std::size_t annotations_bytes_max = 256 * 1024;

void validate_annotations(const Object& metadata, const Path& path, Errors& errors) {
  const auto* annotations = api::get_object(metadata, {"annotations"});
  if (!annotations) return;
  std::size_t bytes = 0;
  for (const auto& [key, value] : *annotations) {
    std::string lower(key);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return std::tolower(c); });
    if (auto why = api::names::qualified_name(lower)) errors.invalid(path, json::string(key), *why);
    bytes += key.size() + (value.is_string() ? value.get_string().size() : 0);
  }
  if (bytes > annotations_bytes_max) errors.too_long(path, "", annotations_bytes_max);
}

void validate_finalizers(const Object& metadata, const Path& path, Errors& errors) {
  const auto* finalizers = api::get_array(metadata, {"finalizers"});
  if (!finalizers) return;
  bool orphan = false, foreground = false;
  for (const auto& f : *finalizers) {
    const std::string name(f.is_string() ? std::string_view(f.get_string()) : std::string_view());
    orphan |= name == "orphan";
    foreground |= name == "foregroundDeletion";
    if (auto why = api::names::qualified_name(name)) errors.invalid(path, json::string(name), *why);
  }
  if (orphan && foreground)
    errors.invalid(path, *finalizers, "finalizer orphan and foregroundDeletion cannot be both set");
}

void validate_owner_references(const Object& metadata, const Path& path, Errors& errors) {
  const auto* owners = api::get_array(metadata, {"ownerReferences"});
  if (!owners) return;
  std::size_t controllers = 0;
  for (std::size_t i = 0; i < owners->size(); ++i) {
    if (!(*owners)[i].is_object()) continue;
    const auto& owner = (*owners)[i].get_object();
    for (const std::string_view member : {"apiVersion", "kind", "name", "uid"})
      if (api::get_string(owner, {member}).empty())
        errors.invalid(path.index(i).child(member), "", std::string(member) + " must not be empty");
    controllers += api::get_bool(owner, {"controller"});
  }
  if (controllers > 1)
    errors.invalid(path, *owners,
                   "Only one reference can have Controller set to true. Found \"true\" in references");
}

void copy_member(Object& to, const Object& from, std::string_view member) {
  if (const auto* v = from.if_contains(member))
    to[member] = *v;
  else
    to.erase(member);
}

bool same_but_metadata_and_status(const Object& a, const Object& b) {
  const auto rest = [](const Object& o) {
    Object out;
    for (const auto& [key, value] : o)
      if (key != "metadata" && key != "status" && key != "kind" && key != "apiVersion") out[key] = value;
    return out;
  };
  return api::deep_equal(rest(a), rest(b));
}

}  // namespace

api::StatusOr<void> place(Object& object, const api::ResourceInfo& resource, std::string_view ns,
                          std::string_view name) {
  auto& metadata = api::metadata(object);
  if (const auto own = api::namespace_of(object); resource.namespaced) {
    if (own.empty())
      metadata["namespace"] = ns;
    else if (own != ns)
      return api::StatusError::bad_request(
          "the namespace of the provided object does not match the namespace sent on the request");
  } else if (!own.empty()) {
    return api::StatusError::bad_request("namespace may not be set on a cluster-scoped resource");
  }
  if (name.empty()) return {};
  if (const auto own = api::name_of(object); own.empty())
    metadata["name"] = name;
  else if (own != name)
    return api::StatusError::bad_request("the name of the object (" + std::string(own) +
                                         ") does not match the name on the URL (" + std::string(name) + ")");
  return {};
}

void wipe_system_fields(Object& object) {
  auto& metadata = api::metadata(object);
  for (const char* member : {"deletionTimestamp", "deletionGracePeriodSeconds", "selfLink", "resourceVersion",
                             "uid", "creationTimestamp", "generation"})
    api::remove(metadata, {member});
}

void fill_new(Object& object, const kinds::KindRecord& kind, const Origin& origin) {
  auto& metadata = api::metadata(object);
  const std::string prefix(api::get_string(metadata, {"generateName"}));
  if (api::name_of(object).empty() && !prefix.empty())
    metadata["name"] =
        prefix.substr(0, generated_name_max - suffix_length) + origin.name_suffix(suffix_length);
  metadata["uid"] = origin.uid();
  metadata["creationTimestamp"] = base::format_rfc3339(origin.now);
  if (kind.generation) metadata["generation"] = 1;
}

void carry_over(Object& object, const Object& old, const kinds::KindRecord& kind) {
  auto& metadata = api::metadata(object);
  const auto* before = api::get_object(old, {"metadata"});
  static const Object none;
  if (!before) before = &none;
  for (const char* member :
       {"uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation"})
    copy_member(metadata, *before, member);
  api::remove(metadata, {"selfLink"});
  if (!metadata.contains("generateName")) copy_member(metadata, *before, "generateName");
  const bool changed =
      !same_but_metadata_and_status(object, old) ||
      (kind.generation_counts_annotations && !kinds::same(object, old, {"metadata", "annotations"}));
  if (kind.generation && changed)
    metadata["generation"] = api::get_int(metadata, {"generation"}).value_or(0) + 1;
}

void keep_all_but_status(Object& object, const Object& old) {
  Object next = old;
  copy_member(next, object, "status");
  object = std::move(next);
}

void validate(const Object& object, const api::ResourceInfo& resource, const kinds::KindRecord& kind,
              Errors& errors) {
  const Path path("metadata");
  const auto* metadata = api::get_object(object, {"metadata"});
  if (!metadata) return errors.required(path.child("name"), "name or generateName is required");
  const std::string name(api::name_of(object));
  if (name.empty()) {
    errors.required(path.child("name"), "name or generateName is required");
  } else {
    auto why = api::names::path_segment(name);
    if (!why) why = kind.validate_name ? kind.validate_name(name) : api::names::dns1123_subdomain(name);
    if (why) errors.invalid(path.child("name"), json::string(name), *why);
  }
  if (resource.namespaced)
    if (auto why = api::names::dns1123_label(api::namespace_of(object)))
      errors.invalid(path.child("namespace"), json::string(api::namespace_of(object)), *why);
  if (const auto* labels = api::labels_of(object)) kinds::check_labels(*labels, path.child("labels"), errors);
  validate_annotations(*metadata, path.child("annotations"), errors);
  validate_finalizers(*metadata, path.child("finalizers"), errors);
  validate_owner_references(*metadata, path.child("ownerReferences"), errors);
}

void validate_change(const Object& object, const Object& old, Errors& errors) {
  if (!api::is_deleting(old)) return;
  const auto* now = api::get_array(object, {"metadata", "finalizers"});
  const auto* before = api::get_array(old, {"metadata", "finalizers"});
  if (!now) return;
  json::array added;
  for (const auto& f : *now)
    if (!before || std::find(before->begin(), before->end(), f) == before->end()) added.push_back(f);
  if (!added.empty())
    errors.forbidden(Path("metadata").child("finalizers"),
                     "no new finalizers can be added if the object is being deleted, found new finalizers " +
                         json::serialize(added));
}

Object storage_form(const Object& object) {
  Object out;
  out.reserve(object.size() + 1);
  for (const char* member : {"kind", "apiVersion"})
    if (const auto* v = object.if_contains(member)) out[member] = *v;
  Object metadata;
  if (const auto* m = api::get_object(object, {"metadata"}))
    for (const auto& [key, value] : *m)
      if (key != "resourceVersion" && !value.is_null()) metadata[key] = value;
  out["metadata"] = std::move(metadata);
  for (const auto& [key, value] : object)
    if (key != "kind" && key != "apiVersion" && key != "metadata") out[key] = value;
  return out;
}

}  // namespace apiserver::registry
