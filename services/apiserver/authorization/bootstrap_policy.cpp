#include "apiserver/authorization/bootstrap_policy.hpp"
#include <boost/json/array.hpp>
#include <string_view>
#include "apiserver/authorization/bootstrap_tables.hpp"
#include "base/assert.hpp"

namespace apiserver::authorization {
namespace {

namespace json = boost::json;
using Strings = std::vector<std::string>;

constexpr const char* api_version = "rbac.authorization.k8s.io/v1";
constexpr const char* rbac_group = "rbac.authorization.k8s.io";
constexpr const char* kube_system = "kube-system";
constexpr const char* kube_public = "kube-public";
const std::string controller_prefix = "system:controller:";

Strings split(std::string_view text, char separator) {
  Strings out;
  while (!text.empty()) {
    const auto end = text.find(separator);
    if (end != 0) out.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return out;
}

Strings verbs(std::string_view text) {
  Strings out;
  for (auto& v : split(text, ',')) {
    if (v == "read") {
      out.insert(out.end(), {"get", "list", "watch"});
    } else if (v == "write") {
      out.insert(out.end(), {"create", "delete", "deletecollection", "patch", "update"});
    } else {
      out.push_back(std::move(v));
    }
  }
  return out;
}

Strings groups(std::string_view text) {
  auto out = split(text, ',');
  for (auto& g : out) {
    if (g == "core") g.clear();
  }
  return out;
}

PolicyRule rule(std::string_view line) {
  const auto words = split(line, ' ');
  COX_ASSERT(words.size() == 3 || words.size() == 4, "a line of a table of rules");
  PolicyRule r;
  r.verbs = verbs(words[0]);
  if (words[1] == "url") {
    r.non_resource_urls = split(words[2], ',');
    return r;
  }
  r.api_groups = groups(words[1]);
  r.resources = split(words[2], ',');
  if (words.size() == 4) r.resource_names = split(words[3], ',');
  return r;
}

json::object metadata(const std::string& name, const std::string& ns, json::object labels = {}) {
  labels["kubernetes.io/bootstrapping"] = "rbac-defaults";
  json::object m;
  m["name"] = name;
  if (!ns.empty()) m["namespace"] = ns;
  m["annotations"] = json::object{{"rbac.authorization.kubernetes.io/autoupdate", "true"}};
  m["labels"] = std::move(labels);
  return m;
}

json::object object(const char* kind, json::object meta) {
  json::object o;
  o["apiVersion"] = api_version;
  o["kind"] = kind;
  o["metadata"] = std::move(meta);
  return o;
}

std::string aggregation_label(std::string_view target) {
  return std::string("rbac.authorization.k8s.io/aggregate-to-").append(target);
}

/// The object of a "role" line, without rules.
json::object cluster_role(std::string_view line, const std::string& prefix) {
  const auto words = split(line, ' ');
  json::object labels;
  json::array selectors;
  for (std::size_t i = 2; i < words.size(); ++i) {
    const std::string_view w = words[i];
    const auto value = w.substr(w.find('=') + 1);
    if (w.starts_with("into=")) labels[aggregation_label(value)] = "true";
    if (w.starts_with("aggregates=")) {
      selectors.push_back(json::object{{"matchLabels", {{aggregation_label(value), "true"}}}});
    }
  }
  auto o = object("ClusterRole", metadata(prefix + words[1], "", std::move(labels)));
  if (!selectors.empty()) o["aggregationRule"] = json::object{{"clusterRoleSelectors", std::move(selectors)}};
  o["rules"] = json::array();
  return o;
}

void read_roles(std::string_view table, const std::string& prefix, std::vector<json::object>& out) {
  for (const auto& line : split(table, '\n')) {
    if (line.starts_with("role ")) {
      out.push_back(cluster_role(line, prefix));
    } else {
      out.back()["rules"].as_array().push_back(rule(line).to_json());
    }
  }
}

json::object user(const char* name) {
  return {{"kind", "User"}, {"apiGroup", rbac_group}, {"name", name}};
}
json::object group(const char* name) {
  return {{"kind", "Group"}, {"apiGroup", rbac_group}, {"name", name}};
}
json::object account(const std::string& name) {
  return {{"kind", "ServiceAccount"}, {"name", name}, {"namespace", kube_system}};
}

json::object binding(const std::string& name, const std::string& ns, const char* role_kind,
                     const std::string& role, json::array subjects) {
  auto o = object(ns.empty() ? "ClusterRoleBinding" : "RoleBinding", metadata(name, ns));
  o["roleRef"] = json::object{{"apiGroup", rbac_group}, {"kind", role_kind}, {"name", role}};
  if (!subjects.empty()) o["subjects"] = std::move(subjects);
  return o;
}

json::object cluster_binding(const std::string& role, json::array subjects) {
  return binding(role, "", "ClusterRole", role, std::move(subjects));
}

Strings controller_names() {
  Strings out;
  for (const auto& line : split(tables::controller_roles, '\n')) {
    if (line.starts_with("role ")) out.push_back(split(line, ' ')[1]);
  }
  return out;
}

json::object role(const std::string& name, const char* ns, std::initializer_list<const char*> lines) {
  auto o = object("Role", metadata(name, ns));
  json::array rules;
  for (const auto* line : lines)
    rules.push_back(rule(line).to_json());
  o["rules"] = std::move(rules);
  return o;
}

}  // namespace

std::vector<PolicyRule> node_rules() {
  std::vector<PolicyRule> out;
  for (const auto& line : split(tables::node_rules, '\n'))
    out.push_back(rule(line));
  return out;
}

std::vector<json::object> bootstrap_cluster_roles() {
  std::vector<json::object> out;
  read_roles(tables::cluster_roles, "", out);
  out.push_back(cluster_role("role system:node", ""));
  out.back()["rules"] = to_json(node_rules());
  read_roles(tables::controller_roles, controller_prefix, out);
  return out;
}

std::vector<json::object> bootstrap_cluster_role_bindings() {
  std::vector<json::object> out = {
      cluster_binding("cluster-admin", {group("system:masters")}),
      cluster_binding("system:monitoring", {group("system:monitoring")}),
      cluster_binding("system:discovery", {group("system:authenticated")}),
      cluster_binding("system:basic-user", {group("system:authenticated")}),
      cluster_binding("system:public-info-viewer",
                      {group("system:authenticated"), group("system:unauthenticated")}),
      cluster_binding("system:node-proxier", {user("system:kube-proxy")}),
      cluster_binding("system:kube-controller-manager", {user("system:kube-controller-manager")}),
      cluster_binding("system:kube-dns", {account("kube-dns")}),
      cluster_binding("system:kube-scheduler", {user("system:kube-scheduler")}),
      cluster_binding("system:volume-scheduler", {user("system:kube-scheduler")}),
      cluster_binding("system:service-account-issuer-discovery", {group("system:serviceaccounts")}),
      // Nodes are the node authorizer's; the binding stands without subjects, as upstream.
      cluster_binding("system:node", {}),
      // Ours: the node-agent is kubelet, proxy and DNS in one, and logs in once.
      binding("coxswain:node-proxier", "", "ClusterRole", "system:node-proxier", {group("system:nodes")}),
  };
  for (const auto& name : controller_names()) {
    out.push_back(cluster_binding(controller_prefix + name, {account(name)}));
    // Ours: all loops run under one identity, which upstream asks to be granted what the loops need.
    out.push_back(binding("coxswain:controller:" + name, "", "ClusterRole", controller_prefix + name,
                          {user("system:kube-controller-manager")}));
  }
  return out;
}

std::vector<json::object> bootstrap_roles() {
  constexpr const char* events = "create,patch,update core,events.k8s.io events";
  return {
      role("extension-apiserver-authentication-reader", kube_system,
           {"read core configmaps extension-apiserver-authentication"}),
      role("system:controller:bootstrap-signer", kube_system, {"read core secrets"}),
      role("system:controller:cloud-provider", kube_system, {"create,read core configmaps"}),
      role("system:controller:token-cleaner", kube_system, {"delete,read core secrets", events}),
      role("system::leader-locking-kube-controller-manager", kube_system,
           {"watch core configmaps", "get,update core configmaps kube-controller-manager"}),
      role("system::leader-locking-kube-scheduler", kube_system,
           {"watch core configmaps", "get,update core configmaps kube-scheduler"}),
      role("system:controller:bootstrap-signer", kube_public,
           {"read core configmaps", "update core configmaps cluster-info", events}),
  };
}

std::vector<json::object> bootstrap_role_bindings() {
  const auto bind = [](const std::string& name, const char* ns, const std::string& role_name,
                       json::array subjects) {
    return binding(name, ns, "Role", role_name, std::move(subjects));
  };
  const std::string manager = "system::leader-locking-kube-controller-manager",
                    scheduler = "system::leader-locking-kube-scheduler",
                    signer = "system:controller:bootstrap-signer";
  return {
      bind("system::extension-apiserver-authentication-reader", kube_system,
           "extension-apiserver-authentication-reader",
           {user("system:kube-controller-manager"), user("system:kube-scheduler")}),
      bind(manager, kube_system, manager,
           {user("system:kube-controller-manager"), account("kube-controller-manager")}),
      bind(scheduler, kube_system, scheduler, {user("system:kube-scheduler"), account("kube-scheduler")}),
      bind(signer, kube_system, signer, {account("bootstrap-signer")}),
      bind("system:controller:cloud-provider", kube_system, "system:controller:cloud-provider",
           {account("cloud-provider")}),
      bind("system:controller:token-cleaner", kube_system, "system:controller:token-cleaner",
           {account("token-cleaner")}),
      bind(signer, kube_public, signer, {account("bootstrap-signer")}),
  };
}

}  // namespace apiserver::authorization
