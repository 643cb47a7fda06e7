#include "apiserver/allocation/service_claims.hpp"
#include <algorithm>
#include <set>

namespace apiserver::allocation {
namespace {

namespace json = boost::json;
using api::Object;

std::string_view type_of(const Object& service) {
  return api::get_string(service, {"spec", "type"});
}

std::vector<std::string> texts(const json::array* list) {
  std::vector<std::string> out;
  if (!list) return out;
  for (const auto& v : *list)
    if (v.is_string()) out.emplace_back(v.get_string());
  return out;
}

/// clusterIPs, or the single clusterIP of clients that do not know the list.
std::vector<std::string> cluster_ips(const Object& service) {
  auto ips = texts(api::get_array(service, {"spec", "clusterIPs"}));
  const auto first = api::get_string(service, {"spec", "clusterIP"});
  if (ips.empty() && !first.empty()) ips.emplace_back(first);
  return ips;
}

bool wants_ips(const Object& service) {
  if (type_of(service) == "ExternalName") return false;
  const auto ips = cluster_ips(service);
  return ips.empty() || ips.front() != "None";
}

bool wants_node_ports(const Object& service) {
  if (type_of(service) == "NodePort") return true;
  const auto* allocate = api::get(service, "spec", "allocateLoadBalancerNodePorts");
  return type_of(service) == "LoadBalancer" && !(allocate && allocate->is_bool() && !allocate->get_bool());
}

bool wants_health_check_port(const Object& service) {
  return type_of(service) == "LoadBalancer" &&
         api::get_string(service, {"spec", "externalTrafficPolicy"}) == "Local";
}

std::vector<std::string> held_ips(const Object& service) {
  auto ips = cluster_ips(service);
  std::erase_if(ips, [](const auto& ip) { return ip.empty() || ip == "None"; });
  return ips;
}

std::set<std::int64_t> held_ports(const Object& service) {
  std::set<std::int64_t> out;
  if (const auto* ports = api::get_array(service, {"spec", "ports"}))
    for (const auto& port : *ports)
      if (port.is_object())
        if (const auto n = api::get_int(port.get_object(), {"nodePort"}).value_or(0)) out.insert(n);
  if (const auto n = api::get_int(service, {"spec", "healthCheckNodePort"}).value_or(0)) out.insert(n);
  return out;
}

void claim_ips(const Object& service, const std::vector<std::string>& already, Claims& claims) {
  if (!wants_ips(service)) return;
  auto families = texts(api::get_array(service, {"spec", "ipFamilies"}));
  if (families.empty()) families = {"IPv4"};
  const auto ips = cluster_ips(service);
  for (std::size_t i = 0; i < families.size(); ++i) {
    const auto ip = i < ips.size() ? ips[i] : std::string();
    if (ip.empty() || std::find(already.begin(), already.end(), ip) == already.end())
      claims.ips.push_back({families[i], ip, i});
  }
}

/// Ports of one number share a node port across protocols, so that one address serves all of them.
PortClaim* same_port(std::vector<PortClaim>& claims, const json::array& ports, const Object& port) {
  const auto number = api::get_int(port, {"port"});
  for (auto& claim : claims)
    if (!claim.health_check && claim.port == 0 &&
        api::get_int(ports[claim.indices.front()].get_object(), {"port"}) == number)
      return &claim;
  return nullptr;
}

void claim_ports(const Object& service, const std::set<std::int64_t>& already, Claims& claims) {
  const auto* ports = api::get_array(service, {"spec", "ports"});
  for (std::size_t i = 0; ports && i < ports->size(); ++i) {
    if (!(*ports)[i].is_object()) continue;
    const auto& port = (*ports)[i].get_object();
    const auto wanted = api::get_int(port, {"nodePort"}).value_or(0);
    if (already.contains(wanted) || (wanted == 0 && !wants_node_ports(service))) continue;
    const auto named = std::find_if(claims.ports.begin(), claims.ports.end(),
                                    [&](const auto& c) { return wanted != 0 && c.port == wanted; });
    if (named != claims.ports.end())
      named->indices.push_back(i);
    else if (auto* shared = wanted == 0 ? same_port(claims.ports, *ports, port) : nullptr)
      shared->indices.push_back(i);
    else
      claims.ports.push_back({wanted, false, {i}});
  }
  if (!wants_health_check_port(service)) return;
  const auto wanted = api::get_int(service, {"spec", "healthCheckNodePort"}).value_or(0);
  if (!already.contains(wanted)) claims.ports.push_back({wanted, true, {}});
}

}  // namespace

Claims claims_of(const Object& service, const Object* old) {
  const auto old_ips = old ? held_ips(*old) : std::vector<std::string>();
  const auto old_ports = old ? held_ports(*old) : std::set<std::int64_t>();
  Claims claims;
  claim_ips(service, old_ips, claims);
  claim_ports(service, old_ports, claims);
  const auto kept_ips = type_of(service) == "ExternalName" ? std::vector<std::string>() : held_ips(service);
  for (const auto& ip : old_ips)
    if (std::find(kept_ips.begin(), kept_ips.end(), ip) == kept_ips.end()) claims.released_ips.push_back(ip);
  const auto kept_ports = held_ports(service);
  for (const auto port : old_ports)
    if (!kept_ports.contains(port)) claims.released_ports.push_back(port);
  return claims;
}

Claims held_by(const Object& service) {
  Claims claims;
  claims.released_ips = held_ips(service);
  for (const auto port : held_ports(service))
    claims.released_ports.push_back(port);
  return claims;
}

void apply(const Claims& claims, Object& service) {
  auto& spec = api::ensure_object(service, {"spec"});
  auto ips = cluster_ips(service);
  for (const auto& claim : claims.ips) {
    if (ips.size() <= claim.index) ips.resize(claim.index + 1);
    ips[claim.index] = claim.ip;
  }
  if (type_of(service) != "ExternalName" && !ips.empty()) {
    spec["clusterIP"] = ips.front();
    spec["clusterIPs"] = json::array(ips.begin(), ips.end());
  }
  for (const auto& claim : claims.ports) {
    if (claim.health_check) spec["healthCheckNodePort"] = claim.port;
    for (const auto i : claim.indices)
      spec["ports"].as_array()[i].as_object()["nodePort"] = claim.port;
  }
}

}  // namespace apiserver::allocation
