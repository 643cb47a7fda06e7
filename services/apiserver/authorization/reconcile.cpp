#include <algorithm>
#include <boost/json/array.hpp>
#include <map>
#include "api/object.hpp"
#include "api/selector.hpp"
#include "apiserver/authorization/bootstrap_policy.hpp"

namespace apiserver::authorization {
namespace {

namespace json = boost::json;
using Action = Reconciliation::Action;

bool is_protected(const json::object& existing) {
  const auto* annotations = api::annotations_of(existing);
  const auto* v =
      annotations ? annotations->if_contains("rbac.authorization.kubernetes.io/autoupdate") : nullptr;
  return v && v->is_string() && v->get_string() == "false";
}

/// Members of metadata.`kind` that `expected` has and `object` has not (or other). True if something was
/// added.
bool add_metadata(json::object& object, const json::object& expected, std::string_view kind) {
  const auto* wanted = api::get_object(expected, {"metadata", kind});
  if (!wanted) return false;
  bool changed = false;
  auto& target = api::ensure_object(object, {"metadata", kind});
  for (const auto& m : *wanted) {
    const auto* have = target.if_contains(m.key());
    if (have && *have == m.value()) continue;
    target[m.key()] = m.value();
    changed = true;
  }
  return changed;
}

bool contains(const json::array& list, const json::value& item) {
  return std::any_of(list.begin(), list.end(),
                     [&](const json::value& v) { return api::deep_equal(v, item); });
}

/// Items of the array at `path` that `expected` has and `object` has not.
bool add_items(json::object& object, const json::object& expected,
               std::initializer_list<std::string_view> path) {
  const auto* wanted = api::get_array(expected, path);
  if (!wanted || wanted->empty()) return false;
  auto& target = api::ensure(object, path);
  if (!target.is_array()) target.emplace_array();
  bool changed = false;
  for (const auto& item : *wanted) {
    if (contains(target.get_array(), item)) continue;
    target.get_array().push_back(item);
    changed = true;
  }
  return changed;
}

bool add_rules(json::object& object, const json::object& expected) {
  const auto held = rules_of(object);
  bool changed = false;
  for (const auto& wanted : rules_of(expected)) {
    if (uncovered_rules(held, {&wanted, 1}).empty()) continue;
    auto& target = api::ensure(object, {"rules"});
    if (!target.is_array()) target.emplace_array();
    target.get_array().push_back(wanted.to_json());
    changed = true;
  }
  return changed;
}

bool selected_by(const json::object& role, const json::object& by) {
  const auto* selectors = api::get_array(by, {"aggregationRule", "clusterRoleSelectors"});
  if (!selectors) return false;
  return std::any_of(selectors->begin(), selectors->end(), [&](const json::value& s) {
    if (!s.is_object()) return false;
    const auto selector = api::LabelSelector::from_json(s.get_object());
    return selector && selector->matches(api::labels_of(role));
  });
}

}  // namespace

Reconciliation reconcile_role(const json::object& expected, const json::object* existing) {
  if (!existing) return {Action::create, expected};
  if (is_protected(*existing)) return {};
  json::object object = *existing;
  bool changed = add_metadata(object, expected, "labels");
  changed |= add_metadata(object, expected, "annotations");
  changed |= add_items(object, expected, {"aggregationRule", "clusterRoleSelectors"});
  // The rules of an aggregated role are the aggregation's.
  if (!api::get_object(expected, {"aggregationRule"})) changed |= add_rules(object, expected);
  if (!changed) return {};
  return {Action::update, std::move(object)};
}

Reconciliation reconcile_binding(const json::object& expected, const json::object* existing) {
  if (!existing) return {Action::create, expected};
  if (is_protected(*existing)) return {};
  const auto same = [&](std::string_view member) {
    return api::get_string(*existing, {"roleRef", member}) == api::get_string(expected, {"roleRef", member});
  };
  if (!same("kind") || !same("name")) return {Action::recreate, expected};
  json::object object = *existing;
  bool changed = add_metadata(object, expected, "labels");
  changed |= add_metadata(object, expected, "annotations");
  changed |= add_items(object, expected, {"subjects"});
  if (!changed) return {};
  return {Action::update, std::move(object)};
}

std::optional<std::vector<PolicyRule>> aggregated_rules(const json::object& role,
                                                        const std::vector<json::object>& all) {
  if (!api::get_object(role, {"aggregationRule"})) return std::nullopt;
  std::map<std::string_view, const json::object*> chosen;
  for (const auto& other : all) {
    if (api::name_of(other) != api::name_of(role) && selected_by(other, role))
      chosen[api::name_of(other)] = &other;
  }
  std::vector<PolicyRule> out;
  for (const auto& [name, other] : chosen) {
    for (auto& r : rules_of(*other)) {
      if (std::find(out.begin(), out.end(), r) == out.end()) out.push_back(std::move(r));
    }
  }
  return out;
}

namespace {

/// Fills in every aggregated role. `admin` collects `edit`, which collects `view`: repeated until nothing
/// changes.
void aggregate_all(std::vector<json::object>& roles) {
  for (bool changed = true; changed;) {
    changed = false;
    for (auto& role : roles) {
      const auto rules = aggregated_rules(role, roles);
      if (!rules || *rules == rules_of(role)) continue;
      role["rules"] = to_json(*rules);
      changed = true;
    }
  }
}

}  // namespace

std::vector<json::object> plan_aggregation(const ObjectLookup& lookup) {
  std::vector<json::object> roles;
  for (const auto& role : lookup.list("rbac.authorization.k8s.io", "clusterroles", ""))
    roles.push_back(*role);
  const auto before = roles;
  aggregate_all(roles);
  std::vector<json::object> out;
  for (std::size_t i = 0; i < roles.size(); ++i)
    if (rules_of(roles[i]) != rules_of(before[i])) out.push_back(std::move(roles[i]));
  return out;
}

std::vector<BootstrapStep> plan_bootstrap(const ObjectLookup& lookup) {
  std::vector<BootstrapStep> out;
  const auto plan = [&](std::string_view resource, const std::vector<json::object>& expected,
                        auto reconcile) {
    for (const auto& o : expected) {
      const auto existing =
          lookup.get("rbac.authorization.k8s.io", resource, api::namespace_of(o), api::name_of(o));
      auto what = reconcile(o, existing.get());
      if (what.action != Action::none) out.push_back({resource, std::move(what)});
    }
  };
  auto cluster_roles = bootstrap_cluster_roles();
  aggregate_all(cluster_roles);
  plan("clusterroles", cluster_roles, reconcile_role);
  plan("roles", bootstrap_roles(), reconcile_role);
  plan("clusterrolebindings", bootstrap_cluster_role_bindings(), reconcile_binding);
  plan("rolebindings", bootstrap_role_bindings(), reconcile_binding);
  return out;
}

}  // namespace apiserver::authorization
