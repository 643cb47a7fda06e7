#include "apiserver/authorization/escalation.hpp"
#include <algorithm>
#include "api/object.hpp"
#include "apiserver/authorization/bootstrap_policy.hpp"

namespace apiserver::authorization {
namespace {

namespace json = boost::json;
constexpr std::string_view rbac_group = "rbac.authorization.k8s.io";

bool may(const EscalationContext& c, std::string_view verb, std::string_view resource, std::string_view ns,
         std::string_view name) {
  Attributes a;
  a.user = c.user;
  a.verb = verb;
  a.api_group = rbac_group;
  a.api_version = "v1";
  a.resource = resource;
  a.namespace_ = ns;
  a.name = name;
  return c.authorizer->authorize(a).verdict == Verdict::allow;
}

std::string missing_text(const std::vector<PolicyRule>& missing, const UserInfo& user) {
  std::vector<std::string> lines;
  for (const auto& r : missing)
    lines.push_back(r.text());
  std::sort(lines.begin(), lines.end());
  std::string out = "user \"" + user.name + "\" (groups=[";
  for (std::size_t i = 0; i < user.groups.size(); ++i)
    out += (i ? " \"" : "\"") + user.groups[i] + "\"";
  out += "]) is attempting to grant RBAC permissions not currently held:";
  for (const auto& line : lines)
    out += "\n" + line;
  return out;
}

api::StatusError refuse(std::string_view resource, const json::object& object, std::string_view why) {
  return api::StatusError::forbidden({std::string(rbac_group), std::string(resource)}, api::name_of(object),
                                     why);
}

api::StatusOr<void> confirm(std::string_view resource, const json::object& object,
                            const std::vector<PolicyRule>& rules, const EscalationContext& c) {
  const auto held = c.rbac->policy_rules_for(*c.user, api::namespace_of(object));
  const auto missing = uncovered_rules(held, rules);
  if (missing.empty()) return {};
  return refuse(resource, object, missing_text(missing, *c.user));
}

bool same(const json::object& a, const json::object* b, std::string_view member) {
  if (!b) return false;
  const auto* x = a.if_contains(member);
  const auto* y = b->if_contains(member);
  const auto empty = [](const json::value* v) {
    return !v || v->is_null() || (v->is_array() && v->get_array().empty());
  };
  if (empty(x) || empty(y)) return empty(x) && empty(y);
  return api::deep_equal(*x, *y);
}

api::StatusOr<void> check_role(std::string_view resource, const json::object& object, const json::object* old,
                               const EscalationContext& c) {
  if (same(object, old, "rules") && same(object, old, "aggregationRule")) return {};
  if (may(c, "escalate", resource, api::namespace_of(object), api::name_of(object))) return {};
  const bool aggregates = resource == "clusterroles" && api::get_object(object, {"aggregationRule"});
  if (aggregates && !same(object, old, "aggregationRule")) {
    // Who decides what is aggregated may collect anything.
    const PolicyRule everything{{"*"}, {"*"}, {"*"}, {}, {}}, every_url{{"*"}, {}, {}, {}, {"*"}};
    const std::vector<PolicyRule> all{everything, every_url};
    if (!uncovered_rules(c.rbac->policy_rules_for(*c.user, ""), all).empty()) {
      return refuse(resource, object, "must have cluster-admin privileges to use an aggregationRule");
    }
  }
  return confirm(resource, object, rules_of(object), c);
}

api::StatusOr<void> check_binding(std::string_view resource, const json::object& object,
                                  const json::object* old, const EscalationContext& c) {
  if (same(object, old, "subjects") && same(object, old, "roleRef")) return {};
  const bool cluster_role = api::get_string(object, {"roleRef", "kind"}) == "ClusterRole";
  const std::string_view role_resource = cluster_role ? "clusterroles" : "roles";
  const auto ns = api::namespace_of(object);
  const auto role_name = api::get_string(object, {"roleRef", "name"});
  if (may(c, "bind", role_resource, ns, role_name)) return {};
  const auto role = c.lookup->get(rbac_group, role_resource, cluster_role ? "" : ns, role_name);
  if (!role)
    return api::StatusError::not_found({std::string(rbac_group), std::string(role_resource)}, role_name);
  return confirm(resource, object, rules_of(*role), c);
}

}  // namespace

api::StatusOr<void> check_escalation(std::string_view resource, const json::object& object,
                                     const json::object* old, const EscalationContext& c) {
  if (c.user->in_group(authentication::privileged_group)) return {};
  const bool role = resource == "roles" || resource == "clusterroles";
  return role ? check_role(resource, object, old, c) : check_binding(resource, object, old, c);
}

}  // namespace apiserver::authorization
