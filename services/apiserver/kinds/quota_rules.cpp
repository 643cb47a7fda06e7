#include <algorithm>
#include "api/names.hpp"
#include "api/quantity.hpp"
#include "apiserver/kinds/core_cluster_rules.hpp"
#include "apiserver/kinds/resources.hpp"

namespace apiserver::kinds {
namespace {

constexpr std::string_view pod_scopes[] = {"Terminating", "NotTerminating", "NotBestEffort", "PriorityClass",
                                           "CrossNamespacePodAffinity"};

bool is_pod_scope(std::string_view scope) {
  return std::find(std::begin(pod_scopes), std::end(pod_scopes), scope) != std::end(pod_scopes);
}

bool is_scope(std::string_view scope) {
  return is_pod_scope(scope) || scope == "BestEffort" || scope == "VolumeAttributesClass";
}

bool valid_for(std::string_view scope, std::string_view resource) {
  if (scope == "BestEffort") return resource == "pods";
  if (scope == "VolumeAttributesClass")
    return resource == "persistentvolumeclaims" || resource == "requests.storage";
  return contains({"pods", "cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory"},
                  resource);
}

void check_quota_resource(std::string_view name, const Path& path, Errors& errors) {
  if (auto wrong = api::names::qualified_name(name)) return errors.invalid(path, json::value(name), *wrong);
  if (name.find('/') == std::string_view::npos && !is_standard_quota_resource(name) &&
      !name.starts_with("count."))
    errors.invalid(path, json::value(name), "must be a standard resource for quota");
}

void check_amounts(const Part& part, std::string_view list) {
  part.each_entry(list, [&](std::string_view name, std::string_view quantity, const Path& path) {
    check_quota_resource(name, path, part.errors);
    check_resource_quantity(name, json::value(quantity), path, part.errors);
  });
}

bool applies_to_all(const Part& spec, std::string_view scope) {
  bool all = true;
  if (const auto* hard = spec.object("hard"))
    for (const auto& m : *hard)
      all = all && (!is_standard_quota_resource(m.key()) || valid_for(scope, m.key()));
  return all;
}

void check_conflicts(const Part& spec, const std::set<std::string>& scopes, const Path& path) {
  const std::pair<const char*, const char*> pairs[] = {{"BestEffort", "NotBestEffort"},
                                                       {"Terminating", "NotTerminating"}};
  for (const auto& [a, b] : pairs)
    if (scopes.contains(a) && scopes.contains(b))
      spec.errors.invalid(path, spec.copy("scopes"), "conflicting scopes");
}

void check_scopes(const Part& spec) {
  std::set<std::string> scopes;
  spec.each_text("scopes", [&](std::string_view scope, const Path&) {
    if (!is_scope(scope))
      spec.invalid("scopes", "unsupported scope");
    else if (!applies_to_all(spec, scope))
      spec.invalid("scopes", "unsupported scope applied to resource");
    scopes.emplace(scope);
  });
  check_conflicts(spec, scopes, spec.at("scopes"));
}

void check_scope_selector(const Part& spec) {
  if (!spec.object("scopeSelector")) return;
  const Path path = spec.at("scopeSelector").child("matchExpressions");
  std::set<std::string> scopes;
  spec.part("scopeSelector").each("matchExpressions", [&](const Part& e) {
    const auto scope = e.text("scopeName"), op = e.text("operator");
    if (!is_scope(scope))
      spec.errors.invalid(path.child("scopeName"), json::value(scope), "unsupported scope");
    else if (!applies_to_all(spec, scope))
      spec.errors.invalid(path, spec.copy("scopeSelector"), "unsupported scope applied to resource");
    if (is_scope(scope) && scope != "PriorityClass" && scope != "VolumeAttributesClass" && op != "Exists")
      spec.errors.invalid(path.child("operator"), json::value(op),
                          "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, "
                          "ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, "
                          "ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity");
    if (op == "In" || op == "NotIn") {
      if (e.count("values") == 0)
        spec.errors.required(
            path.child("values"),
            "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector");
    } else if (op == "Exists" || op == "DoesNotExist") {
      if (e.count("values") > 0)
        spec.errors.invalid(
            path.child("values"), e.copy("values"),
            "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector");
    } else {
      spec.errors.invalid(path.child("operator"), json::value(op), "not a valid selector operator");
    }
    scopes.emplace(scope);
  });
  check_conflicts(spec, scopes, path);
}

}  // namespace

void validate_quota(const Object& o, Errors& errors) {
  const Part spec = spec_of(o, errors);
  check_amounts(spec, "hard");
  check_scopes(spec);
  check_scope_selector(spec);
}

void validate_quota_update(const Object& o, const Object& old, Errors& errors) {
  std::set<std::string> now, before;
  const Part spec = spec_of(o, errors);
  spec.each_text("scopes", [&](std::string_view s, const Path&) { now.emplace(s); });
  spec_of(old, errors).each_text("scopes", [&](std::string_view s, const Path&) { before.emplace(s); });
  if (now != before) spec.invalid("scopes", "field is immutable");
}

void validate_quota_status(const Object& o, const Object&, Errors& errors) {
  const Part status = whole(o, errors).part("status");
  check_amounts(status, "hard");
  check_amounts(status, "used");
}

}  // namespace apiserver::kinds
