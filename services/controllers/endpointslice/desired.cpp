#include "controllers/endpointslice/desired.hpp"
#include <algorithm>

namespace controllers::endpointslice {
namespace {

std::vector<EndpointPort> ports_on(const Service& service, const backends::Pod& pod) {
  std::vector<EndpointPort> out;
  for (const auto& p : service.spec.ports) {
    const auto number = backends::find_port(pod, p);
    if (!number) continue;
    auto& port = out.emplace_back();
    port.name = p.name;
    port.protocol = p.protocol.empty() ? "TCP" : p.protocol;
    port.port = *number;
    port.app_protocol = p.app_protocol;
  }
  return out;
}

/// Who should be served from here, by the Service's trafficDistribution. Only ready endpoints give hints.
std::optional<api::discovery::v1::EndpointHints> hints(const Service& service, const Endpoint& endpoint) {
  const auto& wanted = service.spec.traffic_distribution;
  const bool same_node = wanted == "PreferSameNode";
  const bool same_zone = same_node || wanted == "PreferClose" || wanted == "PreferSameZone";
  if (!same_zone || !endpoint.conditions->ready.value_or(false)) return std::nullopt;
  api::discovery::v1::EndpointHints h;
  if (!endpoint.zone.empty()) h.for_zones.push_back({endpoint.zone});
  if (same_node && !endpoint.node_name.empty()) h.for_nodes.push_back({endpoint.node_name});
  return h.for_zones.empty() && h.for_nodes.empty() ? std::nullopt : std::optional(h);
}

Endpoint endpoint_of(const Service& service, const backends::Pod& pod, const std::string& zone,
                     std::vector<std::string> addresses) {
  Endpoint e;
  e.addresses = std::move(addresses);
  auto& conditions = e.conditions.emplace();
  const bool serving = workload::is_ready(pod), terminating = pod.metadata.deletion_timestamp.has_value();
  conditions.serving = serving;
  conditions.terminating = terminating;
  conditions.ready = service.spec.publish_not_ready_addresses.value_or(false) || (serving && !terminating);
  e.node_name = pod.spec.node_name;
  e.zone = zone;
  e.hostname = backends::hostname_in(service, pod);
  e.target_ref = backends::target(pod);
  e.hints = hints(service, e);
  return e;
}

}  // namespace

Desired desired_endpoints(const Service& service, const std::vector<PodPtr>& pods, const ZoneOf& zone_of,
                          bool ipv6) {
  Desired out;
  const bool whatever = service.spec.publish_not_ready_addresses.value_or(false);
  for (const auto& pod : pods) {
    if (!backends::can_serve(*pod, true)) continue;
    const auto zone = zone_of(pod->spec.node_name);
    if (!zone && !whatever) {
      out.missing_nodes = true;
      continue;
    }
    auto addresses = backends::addresses(*pod, ipv6);
    if (addresses.empty()) continue;
    auto ports = ports_on(service, *pod);
    auto& group = out.groups[port_key(ports)];
    if (group.endpoints.empty()) group.ports = std::move(ports);
    auto endpoint = endpoint_of(service, *pod, zone.value_or(""), std::move(addresses));
    auto key = endpoint_key(endpoint);
    group.endpoints.insert_or_assign(std::move(key), std::move(endpoint));
  }
  return out;
}

std::string port_key(const std::vector<EndpointPort>& ports) {
  std::vector<std::string> parts;
  for (const auto& p : ports)
    parts.push_back(p.name + "/" + p.protocol + "/" + std::to_string(p.port.value_or(-1)) + "/" +
                    p.app_protocol);
  std::sort(parts.begin(), parts.end());
  std::string out;
  for (const auto& part : parts)
    out += part + "\n";
  return out;
}

std::string endpoint_key(const Endpoint& endpoint) {
  std::string out;
  for (const auto& a : endpoint.addresses)
    out += a + ",";
  out += "/" + endpoint.hostname;
  if (endpoint.target_ref) out += "/" + endpoint.target_ref->name + "/" + endpoint.target_ref->uid;
  return out;
}

}  // namespace controllers::endpointslice
