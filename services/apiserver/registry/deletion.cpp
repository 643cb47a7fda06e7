#include "apiserver/registry/deletion.hpp"
#include <algorithm>

namespace apiserver::registry {
namespace {

namespace json = boost::json;
using api::Object;
constexpr std::string_view orphan = "orphan", foreground = "foregroundDeletion";

bool is_namespace(const kinds::KindRecord& kind) {
  return kind.group.empty() && kind.resource == "namespaces";
}

bool has_finalizers(const Object& object, const kinds::KindRecord& kind) {
  const auto* finalizers = api::get_array(object, {"metadata", "finalizers"});
  if (finalizers && !finalizers->empty()) return true;
  if (!is_namespace(kind)) return false;
  const auto* of_spec = api::get_array(object, {"spec", "finalizers"});
  return of_spec && !of_spec->empty();
}

void set_finalizer(json::array& finalizers, std::string_view name, bool wanted) {
  const auto is_it = [&](const json::value& v) { return v.is_string() && v.get_string() == name; };
  const auto at = std::find_if(finalizers.begin(), finalizers.end(), is_it);
  if (wanted && at == finalizers.end()) finalizers.push_back(json::string(name));
  if (!wanted && at != finalizers.end()) finalizers.erase(at);
}

/// The garbage collector's finalizers as the policy asks; without a policy they stay as they are.
void choose_finalizers(Object& object, const kinds::KindRecord& kind, const std::string& policy) {
  const bool by_default = policy.empty() && kind.default_propagation == "orphan";
  if (policy.empty() && !by_default) return;
  json::array finalizers;
  if (const auto* now = api::get_array(object, {"metadata", "finalizers"})) finalizers = *now;
  const bool had_foreground = std::any_of(finalizers.begin(), finalizers.end(), [](const auto& v) {
    return v.is_string() && v.get_string() == foreground;
  });
  if (by_default && had_foreground) return;
  set_finalizer(finalizers, orphan, policy == "Orphan" || by_default);
  set_finalizer(finalizers, foreground, policy == "Foreground");
  if (finalizers.empty())
    api::remove(object, {"metadata", "finalizers"});
  else
    api::metadata(object)["finalizers"] = std::move(finalizers);
}

/// Marks it, or shortens the grace of one that is marked. True if anything changed.
bool mark(Object& object, std::int64_t grace, base::SystemTime now) {
  auto& metadata = api::metadata(object);
  const auto had = api::get_int(metadata, {"deletionGracePeriodSeconds"});
  if (api::is_deleting(object)) {
    if (!had || grace >= *had) return false;
    const auto at = base::parse_rfc3339(api::get_string(metadata, {"deletionTimestamp"}));
    if (at) metadata["deletionTimestamp"] = base::format_rfc3339(*at - std::chrono::seconds(*had - grace));
    metadata["deletionGracePeriodSeconds"] = grace;
    return true;
  }
  metadata["deletionTimestamp"] = base::format_rfc3339(now + std::chrono::seconds(grace));
  metadata["deletionGracePeriodSeconds"] = grace;
  if (const auto generation = api::get_int(metadata, {"generation"}); generation && *generation > 0)
    metadata["generation"] = *generation + 1;
  return true;
}

}  // namespace

api::StatusOr<DeleteOptions> DeleteOptions::from_json(const Object& body) {
  DeleteOptions o;
  o.grace_period_seconds = api::get_int(body, {"gracePeriodSeconds"});
  if (o.grace_period_seconds && *o.grace_period_seconds < 0) o.grace_period_seconds = 1;
  o.propagation_policy = api::get_string(body, {"propagationPolicy"});
  const auto* orphans = body.if_contains("orphanDependents");
  api::field::Errors errors;
  if (orphans && orphans->is_bool()) {
    if (!o.propagation_policy.empty())
      errors.invalid(api::field::Path("propagationPolicy"), json::string(o.propagation_policy),
                     "orphanDependents and deletionPropagation cannot be both set");
    o.accepted_later = !orphans->get_bool();
    o.propagation_policy = orphans->get_bool() ? "Orphan" : "Background";
  }
  const auto& p = o.propagation_policy;
  if (!p.empty() && p != "Orphan" && p != "Background" && p != "Foreground")
    errors.not_supported(api::field::Path("propagationPolicy"), json::string(p),
                         {"Foreground", "Background", "Orphan"});
  if (!errors.empty()) return api::StatusError::invalid({"meta.k8s.io", "v1", "DeleteOptions"}, "", errors);
  if (const auto uid = api::get_string(body, {"preconditions", "uid"}); !uid.empty())
    o.uid = std::string(uid);
  if (const auto rv = api::get_string(body, {"preconditions", "resourceVersion"}); !rv.empty())
    o.resource_version = std::string(rv);
  return o;
}

DeletePlan plan_delete(const Object& object, const kinds::KindRecord& kind, const DeleteOptions& options,
                       base::SystemTime now) {
  DeletePlan plan;
  plan.marked = object;
  choose_finalizers(plan.marked, kind, options.propagation_policy);
  std::int64_t grace = 0;
  if (kind.grace_period_seconds) grace = kind.grace_period_seconds(object, options.grace_period_seconds);
  if (grace == 0 && !has_finalizers(plan.marked, kind)) return plan;
  const bool marked = mark(plan.marked, grace, now);
  if (is_namespace(kind)) api::ensure_object(plan.marked, {"status"})["phase"] = "Terminating";
  const bool changed = marked || !api::deep_equal(plan.marked, object);
  plan.step = changed ? DeletePlan::Step::mark : DeletePlan::Step::none;
  return plan;
}

bool is_released(const Object& object, const kinds::KindRecord& kind) {
  if (!api::is_deleting(object) || has_finalizers(object, kind)) return false;
  return api::get_int(object, {"metadata", "deletionGracePeriodSeconds"}).value_or(0) == 0;
}

api::StatusOr<void> check_preconditions(const Object& object, const DeleteOptions& options,
                                        const api::ResourceInfo& resource,
                                        std::string_view resource_version) {
  std::string why;
  if (options.uid && *options.uid != api::uid_of(object))
    why = "Precondition failed: UID in precondition: " + *options.uid +
          ", UID in object meta: " + std::string(api::uid_of(object));
  else if (options.resource_version && *options.resource_version != resource_version)
    why = "Precondition failed: ResourceVersion in precondition: " + *options.resource_version +
          ", ResourceVersion in object meta: " + std::string(resource_version);
  if (why.empty()) return {};
  return api::StatusError::conflict(resource.group_resource(), api::name_of(object), why);
}

}  // namespace apiserver::registry
