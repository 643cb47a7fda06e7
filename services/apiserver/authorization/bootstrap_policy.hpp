#pragma once
#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <vector>
#include "apiserver/authorization/policy_rule.hpp"
#include "apiserver/lookup/lookup.hpp"

/// The roles and bindings every cluster starts with, as upstream 1.35 has them, and how they are kept.
namespace apiserver::authorization {

/// Complete objects (apiVersion, kind, metadata with the bootstrapping label and the autoupdate annotation).
std::vector<boost::json::object> bootstrap_cluster_roles();
std::vector<boost::json::object> bootstrap_cluster_role_bindings();
std::vector<boost::json::object> bootstrap_roles();  ///< In kube-system and kube-public.
std::vector<boost::json::object> bootstrap_role_bindings();
/// What the node authorizer allows beside the graph: the rules of system:node.
std::vector<PolicyRule> node_rules();

/// What start-up must do about one bootstrap object.
struct Reconciliation {
  enum class Action {
    none,
    create,
    update,
    recreate
  };  ///< recreate: a binding whose roleRef is another (immutable).
  Action action = Action::none;
  boost::json::object object;  ///< To be written; empty for none.
};
/// Pure. Adds missing rules, subjects, labels and annotations to `existing`, removes nothing; leaves alone
/// what carries rbac.authorization.kubernetes.io/autoupdate: "false". `existing` null: create.
Reconciliation reconcile_role(const boost::json::object& expected, const boost::json::object* existing);
Reconciliation reconcile_binding(const boost::json::object& expected, const boost::json::object* existing);

/// The rules an aggregated ClusterRole has, from all ClusterRoles: the union in order of name, without
/// repetition. Nothing if `role` has no aggregationRule.
std::optional<std::vector<PolicyRule>> aggregated_rules(const boost::json::object& role,
                                                        const std::vector<boost::json::object>& all);

/// The aggregated ClusterRoles whose rules are not what they should be, as they should be. Complete objects.
std::vector<boost::json::object> plan_aggregation(const ObjectLookup& lookup);

/// One write of start-up: `what.object` into rbac.authorization.k8s.io/v1 `resource`.
struct BootstrapStep {
  std::string_view resource;  ///< "clusterroles", ...
  Reconciliation what;        ///< Never `none`.
};
/// All that start-up must write, in an order that works: cluster roles, roles, then bindings; empty when all
/// is as it should be. The namespaces kube-system and kube-public must exist. Aggregated roles start with the
/// rules they would get, so that `admin`, `edit` and `view` count at once.
std::vector<BootstrapStep> plan_bootstrap(const ObjectLookup& lookup);

}  // namespace apiserver::authorization
