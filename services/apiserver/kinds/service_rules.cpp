#include "apiserver/kinds/service_rules.hpp"
#include "api/names.hpp"
#include "apiserver/kinds/networking_rules.hpp"
#include "apiserver/kinds/service_update.hpp"

namespace apiserver::kinds {
namespace {

bool is_headless(const Part& spec) {
  const auto* ips = spec.list("clusterIPs");
  return ips ? ips->size() == 1 && (*ips)[0] == "None" : spec.text("clusterIP") == "None";
}

void check_external_name(const Part& spec) {
  for (auto member : {"clusterIPs", "ipFamilies"})
    if (spec.count(member) > 0) spec.forbid(member, "may not be set for ExternalName services");
  if (spec.count("clusterIPs") == 0 && !spec.text("clusterIP").empty())
    spec.errors.forbidden(spec.at("clusterIPs"), "may not be set for ExternalName services");
  spec.forbid("ipFamilyPolicy", "may not be set for ExternalName services");
  auto name = spec.text("externalName");
  if (name.ends_with(".")) name.remove_suffix(1);
  if (name.empty())
    spec.errors.required(spec.at("externalName"));
  else
    check_name(name, spec.at("externalName"), api::names::dns1123_subdomain, spec.errors);
}

void check_port_of_service(const Part& port, bool name_needed, bool headless, std::set<std::string>& names) {
  if (name_needed) port.require("name");
  port.syntax("name", api::names::dns1123_label);
  check_unique(names, port.text("name"), port.at("name"), port.errors);
  check_port(port.number("port").value_or(0), port.at("port"), port.errors);
  port.one_of("protocol", {"SCTP", "TCP", "UDP"});
  check_port_or_name(port, "targetPort");
  port.syntax("appProtocol", api::names::qualified_name);
  if (headless && port.number("nodePort").value_or(0) != 0)
    port.invalid("nodePort", "may not be set for headless services");
}

void check_no_doubles(const Part& spec) {
  std::set<std::string> numbers, node_ports;
  spec.each("ports", [&](const Part& port) {
    const auto n = port.number("nodePort").value_or(0);
    if (n != 0 && !node_ports.insert(std::string(port.text("protocol")) + std::to_string(n)).second)
      port.errors.duplicate(port.at("nodePort"), n);
  });
  spec.each("ports", [&](const Part& port) {
    const auto n = port.number("port").value_or(0);
    if (!numbers.insert(std::string(port.text("protocol")) + std::to_string(n)).second)
      port.errors.duplicate(port.path, Object{{"port", n}, {"protocol", port.text("protocol")}});
  });
}

void check_affinity(const Part& spec) {
  constexpr std::int64_t seconds_max = 86400;
  spec.one_of("sessionAffinity", {"ClientIP", "None"});
  const Path path = spec.at("sessionAffinityConfig");
  if (spec.text("sessionAffinity") == "None" && spec.has("sessionAffinityConfig"))
    spec.errors.forbidden(path, "must not be set when session affinity is None");
  if (spec.text("sessionAffinity") != "ClientIP") return;
  constexpr std::string_view when = "when session affinity type is ClientIP";
  if (!spec.object("sessionAffinityConfig")) return spec.errors.required(path, std::string(when));
  const Part client = spec.part("sessionAffinityConfig").part("clientIP");
  const auto seconds = client.number("timeoutSeconds");
  if (!seconds) return client.errors.required(client.at("timeoutSeconds"), std::string(when));
  if (*seconds <= 0 || *seconds > seconds_max)
    client.invalid("timeoutSeconds", "must be greater than 0 and less than 86400");
}

/// False: an address is wrong, and nothing more can be said about them.
bool check_cluster_ips(const Part& spec) {
  const auto before = spec.errors.size();
  const auto n = spec.count("clusterIPs");
  bool wrong = false;
  std::size_t i = 0;
  spec.each_text("clusterIPs", [&](std::string_view ip, const Path& path) {
    if (i++ == 0 && ip == "None") {
      if (n > 1) spec.invalid("clusterIPs", "'None' must be the first and only value");
      wrong = wrong || n > 1;
      return;
    }
    check_ip(ip, path, spec.errors);
  });
  wrong = wrong || spec.errors.size() != before;
  if (n > 2) spec.invalid("clusterIPs", "may only hold up to 2 values");
  return !wrong;
}

void check_families(const Part& spec) {
  std::set<std::string> seen;
  spec.each_text("ipFamilies", [&](std::string_view family, const Path& path) {
    if (family != "IPv4" && family != "IPv6")
      spec.errors.not_supported(path, json::value(family), {"IPv4", "IPv6"});
    check_unique(seen, family, path, spec.errors);
  });
  spec.one_of_if_set("ipFamilyPolicy", {"PreferDualStack", "RequireDualStack", "SingleStack"});
}

void check_family_of_each(const Part& spec) {
  const auto* families = spec.list("ipFamilies");
  if (!families || is_headless(spec)) return;
  std::size_t i = 0;
  spec.each_text("clusterIPs", [&](std::string_view ip, const Path& path) {
    const auto at = i++;
    if (at >= families->size() || !(*families)[at].is_string()) return;
    const std::string_view family = (*families)[at].get_string();
    if ((family == "IPv4") == is_ipv6(ip))
      spec.errors.invalid(path, json::value(ip),
                          "expected an " + std::string(family) + " value as indicated by `ipFamilies[" +
                              std::to_string(at) + "]`");
  });
}

void check_addresses(const Part& spec) {
  const auto ip = spec.text("clusterIP");
  const auto* ips = spec.list("clusterIPs");
  const bool some = ips && !ips->empty();
  if (!ip.empty() && some && (*ips)[0] != json::value(ip))
    spec.invalid("clusterIPs", "first value must match `clusterIP`");
  if (ip.empty() && some) spec.invalid("clusterIPs", "must be empty when `clusterIP` is not specified");
  if (!ip.empty() && !some && ip != "None") check_ip(ip, spec.at("clusterIPs").index(0), spec.errors);
  check_families(spec);
  if (!check_cluster_ips(spec)) return;
  if (some && ips->size() == 2 && is_ipv6((*ips)[0].get_string()) == is_ipv6((*ips)[1].get_string()))
    spec.invalid("clusterIPs", "may specify no more than one IP for each IP family");
  check_family_of_each(spec);
}

void check_source_ranges(const Part& spec, bool balancer) {
  if (spec.count("loadBalancerSourceRanges") == 0) return;
  const Path path = spec.at("LoadBalancerSourceRanges");
  if (!balancer) spec.errors.forbidden(path, "may only be used when `type` is 'LoadBalancer'");
  std::size_t i = 0;
  spec.each_text("loadBalancerSourceRanges",
                 [&](std::string_view cidr, const Path&) { check_cidr(cidr, path.index(i++), spec.errors); });
}

void check_external_traffic(const Part& spec, bool balancer) {
  const bool outside =
      has_node_ports(spec.value) || (spec.text("type") == "ClusterIP" && spec.count("externalIPs") > 0);
  const auto policy = spec.text("externalTrafficPolicy");
  if (outside && policy.empty())
    spec.errors.required(spec.at("externalTrafficPolicy"));
  else if (!outside && !policy.empty())
    spec.invalid("externalTrafficPolicy", "may only be set for externally-accessible services");
  else if (outside)
    spec.one_of_if_set("externalTrafficPolicy", {"Cluster", "Local"});
  if (spec.number("healthCheckNodePort").value_or(0) != 0 && !(balancer && policy == "Local"))
    spec.invalid("healthCheckNodePort",
                 "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'");
}

void check_balancer(const Part& spec) {
  const bool balancer = spec.text("type") == "LoadBalancer";
  check_source_ranges(spec, balancer);
  if (!balancer) {
    spec.forbid("allocateLoadBalancerNodePorts", "may only be used when `type` is 'LoadBalancer'");
    spec.forbid("loadBalancerClass", "may only be used when `type` is 'LoadBalancer'");
  } else {
    spec.syntax("loadBalancerClass", api::names::qualified_name);
  }
  check_external_traffic(spec, balancer);
}

void check_external_ip(std::string_view ip, const Path& path, Errors& errors) {
  if (!is_ip(ip)) return check_ip(ip, path, errors);
  check_usable_ip(ip, path, errors);
  if (ip.starts_with("127.") || ip == "::1")
    errors.invalid(path, json::value(ip), "may not be in the loopback range (127.0.0.0/8, ::1/128)");
}

}  // namespace

void validate_service(const Object& o, Errors& errors) {
  const Part spec = spec_of(o, errors);
  const bool headless = is_headless(spec), named = is_external_name(spec.value);
  const auto type = spec.text("type");
  if (!headless && !named) spec.require("ports");
  if (headless && (type == "LoadBalancer" || type == "NodePort"))
    errors.invalid(spec.at("clusterIPs").index(0), "None",
                   "may not be set to 'None' for " + std::string(type) + " services");
  if (named) check_external_name(spec);
  std::set<std::string> names;
  spec.each("ports",
            [&](const Part& port) { check_port_of_service(port, spec.count("ports") > 1, headless, names); });
  if (const auto* selector = spec.object("selector")) check_labels(*selector, spec.at("selector"), errors);
  check_affinity(spec);
  if (!named) check_addresses(spec);
  spec.each_text("externalIPs",
                 [&](std::string_view ip, const Path& path) { check_external_ip(ip, path, errors); });
  spec.one_of("type", {"ClusterIP", "ExternalName", "LoadBalancer", "NodePort"});
  if (type == "ClusterIP")
    spec.each("ports", [](const Part& port) {
      if (port.number("nodePort").value_or(0) != 0)
        port.forbid("nodePort", "may not be used when `type` is 'ClusterIP'");
    });
  check_no_doubles(spec);
  check_balancer(spec);
  if (!named) spec.one_of("internalTrafficPolicy", {"Cluster", "Local"});
  spec.one_of_if_set("trafficDistribution", {"PreferClose", "PreferSameNode", "PreferSameZone"});
}

void validate_service_update(const Object& o, const Object& old_service, Errors& errors) {
  const Part spec = spec_of(o, errors), old = spec_of(old_service, errors);
  if (is_external_name(spec.value) || is_external_name(old.value)) return;
  const auto ip = old.text("clusterIP");
  if (!ip.empty() && ip != spec.text("clusterIP"))
    errors.invalid(spec.at("clusterIPs").index(0),
                   spec.copy(spec.has("clusterIPs") ? "clusterIPs" : "clusterIP"), "may not change once set");
  if (spec.text("type") == "LoadBalancer" && old.text("type") == "LoadBalancer" &&
      !same(spec.value, old.value, {"loadBalancerClass"}))
    spec.invalid("loadBalancerClass", "may not change once set");
}

void validate_service_status(const Object& o, const Object&, Errors& errors) {
  const bool balancer = spec_of(o, errors).text("type") == "LoadBalancer";
  check_load_balancer_status(whole(o, errors).part("status"), balancer, false);
}

}  // namespace apiserver::kinds
