#include "apiserver/registry/tracking.hpp"
#include <algorithm>
#include "api/apply/managers.hpp"
#include "apiserver/registry/conversion.hpp"
#include "apiserver/registry/custom_resource.hpp"

namespace apiserver::registry {
namespace {

namespace json = boost::json;
using api::apply::FieldSet;
using api::apply::Path;
using api::apply::PathElement;
using api::apply::Typed;
constexpr std::string_view scale_version = "autoscaling/v1";

std::string version_of(const api::ResourceInfo& r) {
  return r.group_version().text();
}

const api::ResourceInfo* in_version(const api::ResourceInfo& resource, const std::string& api_version) {
  if (resource.extension) return api_version.starts_with(resource.group + "/") ? &resource : nullptr;
  const auto slash = api_version.find('/');
  const bool core = slash == std::string::npos;
  const auto* found =
      api::find_resource(core ? "" : api_version.substr(0, slash),
                         core ? api_version : api_version.substr(slash + 1), resource.resource);
  return found && &storage_resource(*found) == &storage_resource(resource) ? found : nullptr;
}

/// A custom resource's versions are taken to differ in nothing but their name: its own conversion may have to
/// ask somebody, and there is no waiting here.
api::apply::Convert custom_converter(const Call& call) {
  return [resource = call.resource](const Typed& object, const std::string& to) -> std::optional<Typed> {
    if (!to.starts_with(resource->group + "/")) return std::nullopt;
    Object converted = *object.object;
    converted["apiVersion"] = to;
    return Typed{std::make_shared<const Object>(std::move(converted)), object.type, to};
  };
}

/// Through the version that is stored.
api::apply::Convert converter(const Call& call) {
  if (call.resource->extension) return custom_converter(call);
  return [resource = call.resource](const Typed& object, const std::string& to) -> std::optional<Typed> {
    const auto* from = in_version(*resource, object.api_version);
    const auto* target = in_version(*resource, to);
    if (!from || !target) return std::nullopt;
    Object converted = *object.object;
    to_storage(converted, *from);
    from_storage(converted, *target);
    return Typed{std::make_shared<const Object>(std::move(converted)), target->type, to};
  };
}

FieldSet only(const FieldSet& set, std::string_view member, std::string_view below = {}) {
  const auto element = PathElement::field(member);
  const auto* node = set.find(element);
  FieldSet out;
  if (!node) return out;
  if (below.empty())
    out.append(element, node->member, node->children);
  else
    out.append(element, false, only(node->children, below));
  return out;
}

/// What the way to the object leaves alone cannot be managed through it.
api::apply::Filter filter_of(const Call& call) {
  const auto& sub = call.subresource;
  if (sub == "status" || sub == "approval") return [](const FieldSet& set) { return only(set, "status"); };
  if (sub == "ephemeralcontainers")
    return [](const FieldSet& set) { return only(set, "spec", "ephemeralContainers"); };
  if (sub == "finalize") return [](const FieldSet& set) { return only(set, "spec", "finalizers"); };
  if (!sub.empty() || !kinds::has_status(*call.resource)) return nullptr;
  return [](const FieldSet& set) {
    static const FieldSet status{Path{PathElement::field("status")}};
    return api::apply::subtract_with_children(set, status);
  };
}

api::apply::FieldManager manager_of(const Call& call, const api::ResourceInfo& kind, base::SystemTime now) {
  api::apply::FieldManagerOptions options;
  options.kind = {kind.kind_group, kind.kind_version, kind.kind};
  options.subresource = call.subresource;
  options.type = kind.type;
  if (call.subresource != "scale" || &kind == call.resource) options.convert = converter(call);
  options.filter = filter_of(call);
  if (const auto* extension = custom(kind); extension && &kind == call.resource)
    options.accept = [extension](Object merged) -> api::StatusOr<Object> {
      auto taken = extension->take(std::move(merged));
      if (!taken) return taken.error();
      return std::move(taken->object);
    };
  options.now = base::format_rfc3339(now);
  return api::apply::FieldManager(std::move(options));
}

void copy_entries(const Object& from, Object& to) {
  const auto* entries = api::get(from, "metadata", "managedFields");
  if (entries && !entries->is_null())
    api::metadata(to)["managedFields"] = *entries;
  else
    api::remove(to, {"metadata", "managedFields"});
}

const json::array* entries_of(const Object& object) {
  return api::get_array(object, {"metadata", "managedFields"});
}

api::apply::Managers managers_in(const Object& object) {
  auto decoded = api::apply::decode_managers(entries_of(object));
  return decoded ? std::move(*decoded) : api::apply::Managers();
}

void put_managers(const api::apply::Managers& managers, Object& object) {
  if (managers.empty())
    api::remove(object, {"metadata", "managedFields"});
  else
    api::metadata(object)["managedFields"] = api::apply::encode_managers(managers);
}

Path replicas_in(const Call& call) {
  Path out;
  const auto& paths = kinds::record_of(*call.resource).scale;
  if (paths)
    for (const auto step : paths->spec_replicas)
      out.push_back(PathElement::field(step));
  return out;
}

const Path& replicas_in_scale() {
  static const Path path{PathElement::field("spec"), PathElement::field("replicas")};
  return path;
}

/// The scale's version stands in an updater's name too.
api::apply::ManagerKey renamed(api::apply::ManagerKey key, std::string api_version) {
  if (!key.applied) key.api_version = std::move(api_version);
  return key;
}

bool same_entry(const Object& a, const Object& b) {
  if (a.size() != b.size()) return false;
  return std::all_of(a.begin(), a.end(), [&](const auto& member) {
    const auto* other = b.if_contains(member.key());
    return other && (member.key() == "time" || *other == member.value());
  });
}

/// Same entries with other times; false too where all times are the same.
bool only_times_differ(const json::array& before, const json::array& after) {
  if (before.size() != after.size()) return false;
  bool times = false;
  for (std::size_t i = 0; i < before.size(); ++i) {
    const auto &l = before[i].as_object(), &r = after[i].as_object();
    times |= api::get_string(l, {"time"}) != api::get_string(r, {"time"});
  }
  if (!times) return false;
  for (std::size_t i = 0; i < before.size(); ++i)
    if (!same_entry(before[i].as_object(), after[i].as_object())) return false;
  return true;
}

}  // namespace

void record_managers(const Call& call, const Object& old, Object& object, base::SystemTime now) {
  if (call.applied) return;
  if (!call.manager) return copy_entries(old, object);
  // A scale changes its object: the manager's fields are the object's.
  manager_of(call, *call.resource, now).update(old, object, *call.manager);
}

api::StatusOr<Object> apply_configuration(const Call& call, const Object& present, const Object& config,
                                          bool force, base::SystemTime now) {
  const auto& kind = call.subresource == "scale" ? *call.body : *call.resource;
  return manager_of(call, kind, now).apply(present, config, call.manager.value_or(""), force);
}

void managers_to_scale(const Object& parent, Object& scale, const Call& call) {
  const auto replicas = replicas_in(call);
  api::apply::Managers out;
  for (const auto& [key, managed] : managers_in(parent))
    if (in_version(*call.resource, managed.api_version) && managed.fields.has(replicas))
      out[renamed(key, std::string(scale_version))] = {FieldSet{replicas_in_scale()},
                                                       std::string(scale_version), managed.time};
  put_managers(out, scale);
}

void managers_from_scale(const Object& scale, Object& parent, const Call& call) {
  const auto replicas = replicas_in(call);
  auto of_scale = managers_in(scale);
  api::apply::Managers out;
  for (auto& [key, managed] : managers_in(parent)) {
    if (!in_version(*call.resource, managed.api_version)) continue;
    auto kept = managed;
    // Who no longer manages the scale has lost the field here too.
    if (managed.fields.has(replicas) && of_scale.erase(renamed(key, std::string(scale_version))) == 0)
      kept.fields = api::apply::subtract(managed.fields, FieldSet{replicas});
    if (!kept.fields.empty()) out[key] = std::move(kept);
  }
  const auto version = version_of(*call.resource);
  for (const auto& [key, managed] : of_scale)
    if (managed.fields.has(replicas_in_scale()))
      out[renamed(key, version)] = {FieldSet{replicas}, version, managed.time};
  put_managers(out, parent);
}

void keep_times(const Object& old, Object& object) {
  const auto *before = entries_of(old), *after = entries_of(object);
  if (!before || !after || !only_times_differ(*before, *after)) return;
  Object timeless = object;
  copy_entries(old, timeless);
  if (api::deep_equal(old, timeless)) object = std::move(timeless);
}

}  // namespace apiserver::registry
