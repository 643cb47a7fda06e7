#include "apiserver/authorization/node_authorizer.hpp"
#include <algorithm>
#include "apiserver/authorization/bootstrap_policy.hpp"

namespace apiserver::authorization {
namespace {

using Kind = NodeGraph::Kind;

Decision allow() {
  return {Verdict::allow, ""};
}
Decision none(std::string why) {
  return {Verdict::no_opinion, std::move(why)};
}

bool is_any(std::string_view s, std::initializer_list<std::string_view> list) {
  return std::find(list.begin(), list.end(), s) != list.end();
}
bool is_read(std::string_view verb) {
  return is_any(verb, {"get", "list", "watch"});
}

/// True if the request's field selector demands `field` = `value`.
bool selects(const Attributes& a, std::string_view field, std::string_view value) {
  return a.field_selector && a.field_selector->required_value(field) == value;
}

Decision own_lease(std::string_view node, const Attributes& a) {
  if (!is_any(a.verb, {"get", "create", "update", "patch", "delete"})) {
    return none("can only get, create, update, patch, or delete a node lease");
  }
  if (a.namespace_ != "kube-node-lease")
    return none("can only access leases in the \"kube-node-lease\" system namespace");
  // The name of a lease about to be created is in its body: the NodeRestriction admission plugin looks at it.
  if (a.verb != "create" && a.name != node)
    return none("can only access node lease with the same name as the requesting node");
  return allow();
}

Decision own_csi_node(std::string_view node, const Attributes& a) {
  if (!is_any(a.verb, {"get", "create", "update", "patch", "delete"})) {
    return none("can only get, create, update, patch, or delete a CSINode");
  }
  if (!a.subresource.empty()) return none("cannot authorize CSINode subresources");
  if (a.verb != "create" && a.name != node)
    return none("can only access CSINode with the same name as the requesting node");
  return allow();
}

Decision resource_slice(std::string_view node, const Attributes& a) {
  if (!a.subresource.empty()) return none("cannot authorize ResourceSlice subresources");
  if (is_any(a.verb, {"create", "get", "update", "patch", "delete"})) return allow();
  const bool collection = is_any(a.verb, {"list", "watch", "deletecollection"});
  if (collection && selects(a, "spec.nodeName", node)) return allow();
  return none("can only list/watch/deletecollection resourceslices with nodeName field selector");
}

Decision own_node(std::string_view node, const Attributes& a) {
  if (a.subresource.empty() && a.verb == "create") return allow();
  if (is_read(a.verb)) {
    if (!a.subresource.empty()) return none("");
    const bool own = a.name == node || selects(a, "metadata.name", node);
    return own ? allow()
               : none("node '" + std::string(node) + "' cannot read '" + std::string(a.name) +
                      "', only its own Node object");
  }
  const bool write = is_any(a.subresource, {"", "status"}) && is_any(a.verb, {"update", "patch"});
  if (!write) return none("");
  return a.name == node ? allow() : none("can only write the node's own Node object");
}

}  // namespace

NodeAuthorizer::NodeAuthorizer(std::shared_ptr<const NodeGraph> graph) : graph_(std::move(graph)) {
  for (auto& rule : node_rules())
    rules_.emplace_back(std::move(rule));
}

Decision NodeAuthorizer::by_reference(std::string_view node, Kind kind, const Attributes& a) const {
  if (a.name.empty()) return none("No Object name found");
  if (graph_->reaches(node, kind, a.namespace_, a.name)) return allow();
  return none("no relationship found between node '" + std::string(node) + "' and this object");
}

Decision NodeAuthorizer::authorize_node_resource(std::string_view node, const Attributes& a) const {
  const auto r = a.resource;
  const bool plain = a.subresource.empty();
  if (a.api_group.empty() && (r == "secrets" || r == "configmaps")) {
    if (!is_read(a.verb) || !plain) return none("can only read resources of this type");
    return by_reference(node, r == "secrets" ? Kind::secret : Kind::config_map, a);
  }
  if (a.api_group.empty() && r == "persistentvolumeclaims") {
    const bool status = a.subresource == "status" && is_any(a.verb, {"get", "update", "patch"});
    if (!status && !(plain && a.verb == "get")) return none("can only get individual resources of this type");
    return by_reference(node, Kind::claim, a);
  }
  if (a.api_group.empty() && r == "persistentvolumes") {
    if (!plain || a.verb != "get") return none("can only get individual resources of this type");
    return by_reference(node, Kind::volume, a);
  }
  if (a.api_group.empty() && r == "serviceaccounts") {
    if (a.subresource != "token" || a.verb != "create")
      return none("can only create tokens for individual service accounts");
    return by_reference(node, Kind::service_account, a);
  }
  if (a.api_group.empty() && r == "nodes") return own_node(node, a);
  if (a.api_group.empty() && r == "pods" && plain && is_read(a.verb)) {
    if (a.verb != "get" && selects(a, "spec.nodeName", node)) return allow();
    if (a.verb == "get" || !a.name.empty()) return by_reference(node, Kind::pod, a);
    return none("can only list/watch pods with spec.nodeName field selector");
  }
  if (a.api_group == "coordination.k8s.io" && r == "leases") return own_lease(node, a);
  if (a.api_group == "storage.k8s.io" && r == "csinodes") return own_csi_node(node, a);
  if (a.api_group == "resource.k8s.io" && r == "resourceclaims") {
    if (!plain || a.verb != "get") return none("can only get individual resources of this type");
    return by_reference(node, Kind::resource_claim, a);
  }
  if (a.api_group == "resource.k8s.io" && r == "resourceslices") return resource_slice(node, a);

  const CompiledRule::Probe probe(a);
  const bool by_rule =
      std::any_of(rules_.begin(), rules_.end(), [&](const auto& rule) { return rule.allows(probe); });
  return by_rule ? allow() : none("");
}

Decision NodeAuthorizer::authorize(const Attributes& a) const {
  const auto node = authentication::node_of(*a.user);
  if (!node) return {};
  if (a.resource_request) return authorize_node_resource(*node, a);
  const CompiledRule::Probe probe(a);
  const bool by_rule =
      std::any_of(rules_.begin(), rules_.end(), [&](const auto& rule) { return rule.allows(probe); });
  return by_rule ? allow() : Decision{};
}

void NodeAuthorizer::rules_for(const UserInfo& user, std::string_view, RuleList& out) const {
  if (!authentication::node_of(user)) return;
  out.incomplete = true;
  if (!out.evaluation_error.empty()) out.evaluation_error += "; ";
  out.evaluation_error += "node authorizer does not support user rule resolution";
}

}  // namespace apiserver::authorization
