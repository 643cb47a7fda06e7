#include "apiserver/kinds/service_update.hpp"
#include <set>
#include "apiserver/kinds/common.hpp"

namespace apiserver::kinds {
namespace {

/// Also by what it says about them.
bool needs_node_ports(const Object& spec) {
  const auto* allocate = spec.if_contains("allocateLoadBalancerNodePorts");
  const bool refused = allocate && *allocate == false;
  return has_node_ports(spec) && !(refused && api::get_string(spec, {"type"}) == "LoadBalancer");
}

bool is_load_balancer(const Object& spec) {
  return api::get_string(spec, {"type"}) == "LoadBalancer";
}

bool needs_health_check_port(const Object& spec) {
  return is_load_balancer(spec) && api::get_string(spec, {"externalTrafficPolicy"}) == "Local";
}

bool is_reached_from_outside(const Object& spec) {
  const auto* ips = api::get_array(spec, {"externalIPs"});
  return has_node_ports(spec) || (!is_external_name(spec) && ips && !ips->empty());
}

void drop_if_unchanged(Object& spec, const Object& old, std::string_view member) {
  if (same(spec, old, {member})) spec.erase(member);
}

void keep_cluster_ips(Object& spec, const Object& old) {
  for (auto member : {"clusterIP", "clusterIPs"})
    if (old.contains(member)) api::set_default(spec, {member}, old.at(member));
  if (api::get_string(spec, {"clusterIP"}).empty() && old.contains("clusterIP")) {
    spec["clusterIP"] = old.at("clusterIP");
    if (old.contains("clusterIPs")) spec["clusterIPs"] = old.at("clusterIPs");
  }
}

void keep_node_ports(Object& spec, const Object& old) {
  each(spec, "ports", [&](Object& port) {
    if (number(port, {"nodePort"}) != 0) return;
    each(old, "ports", Path(), [&](const Object& before, const Path&) {
      if (same(port, before, {"port"}) && same(port, before, {"protocol"}) && before.contains("nodePort"))
        port["nodePort"] = before.at("nodePort");
    });
  });
}

void drop_cluster_ips(Object& spec, const Object& old) {
  if (same(spec, old, {"clusterIP"}) && same(spec, old, {"clusterIPs"})) {
    spec.erase("clusterIP");
    spec.erase("clusterIPs");
  }
  drop_if_unchanged(spec, old, "ipFamilies");
  drop_if_unchanged(spec, old, "ipFamilyPolicy");
}

/// Unless the client asked for one that was not there.
void drop_node_ports(Object& spec, const Object& old) {
  std::set<std::int64_t> had{0};
  each(old, "ports", Path(), [&](const Object& p, const Path&) { had.insert(number(p, {"nodePort"})); });
  bool more = false;
  each(spec, "ports", [&](Object& p) { more = more || !had.contains(number(p, {"nodePort"})); });
  if (more) return;
  each(spec, "ports", [](Object& p) { p.erase("nodePort"); });
}

void drop_what_only_the_old_type_needs(Object& spec, const Object& old) {
  if (!is_external_name(old) && is_external_name(spec)) drop_cluster_ips(spec, old);
  if (needs_node_ports(old) && !needs_node_ports(spec)) drop_node_ports(spec, old);
  if (needs_health_check_port(old) && !needs_health_check_port(spec))
    drop_if_unchanged(spec, old, "healthCheckNodePort");
  if (is_load_balancer(old) && !is_load_balancer(spec)) {
    drop_if_unchanged(spec, old, "allocateLoadBalancerNodePorts");
    drop_if_unchanged(spec, old, "loadBalancerClass");
  }
  if (is_reached_from_outside(old) && !is_reached_from_outside(spec))
    drop_if_unchanged(spec, old, "externalTrafficPolicy");
}

}  // namespace

bool is_external_name(const Object& spec) {
  return api::get_string(spec, {"type"}) == "ExternalName";
}

bool has_node_ports(const Object& spec) {
  const auto type = api::get_string(spec, {"type"});
  return type == "NodePort" || type == "LoadBalancer";
}

void prepare_service_update(Object& service, const Object& old_service) {
  auto& spec = api::ensure_object(service, {"spec"});
  const auto* old = api::get_object(old_service, {"spec"});
  if (!old) return;
  if (!is_external_name(spec) && !is_external_name(*old)) keep_cluster_ips(spec, *old);
  if (needs_node_ports(spec) && needs_node_ports(*old)) keep_node_ports(spec, *old);
  drop_what_only_the_old_type_needs(spec, *old);
  if (is_load_balancer(*old) && !is_load_balancer(spec)) api::remove(service, {"status", "loadBalancer"});
}

}  // namespace apiserver::kinds
