#include "controllers/endpoints/subsets.hpp"
#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>
#include "controllers/workload/pod.hpp"

namespace controllers::endpoints {
namespace {

using api::core::v1::EndpointAddress;
using api::core::v1::EndpointPort;

/// Name, protocol, number, app protocol. A Service without ports has one of number -1.
using PortKey = std::tuple<std::string, std::string, std::int32_t, std::string>;
/// IP and uid of the pod.
using AddressKey = std::pair<std::string, std::string>;
struct Address {
  EndpointAddress address;
  bool ready = false;
};
using Addresses = std::map<AddressKey, Address>;

bool wants_ipv6(const Service& service) {
  const auto& families = service.spec.ip_families;
  if (!families.empty()) return families.front() == "IPv6";
  return backends::is_ipv6(service.spec.cluster_ip);
}

std::vector<PortKey> ports_on(const Service& service, const backends::Pod& pod) {
  if (service.spec.ports.empty() && backends::is_headless(service)) return {{"", "", -1, ""}};
  std::vector<PortKey> out;
  for (const auto& p : service.spec.ports)
    if (const auto number = backends::find_port(pod, p))
      out.emplace_back(p.name, p.protocol.empty() ? "TCP" : p.protocol, *number, p.app_protocol);
  return out;
}

EndpointAddress address_of(const Service& service, const backends::Pod& pod, std::string ip) {
  EndpointAddress a;
  a.ip = std::move(ip);
  a.node_name = pod.spec.node_name;
  a.target_ref = backends::target(pod);
  a.hostname = backends::hostname_in(service, pod);
  return a;
}

/// Which addresses are behind a port, and which of them are ready.
std::string signature(const Addresses& addresses) {
  std::string out;
  for (const auto& [key, a] : addresses)
    out += key.first + "/" + key.second + (a.ready ? "+" : "-");
  return out;
}

EndpointSubset subset_of(const std::vector<PortKey>& ports, const Addresses& addresses) {
  EndpointSubset out;
  for (const auto& [name, protocol, number, app_protocol] : ports) {
    if (number < 0) continue;
    auto& p = out.ports.emplace_back();
    p.name = name;
    p.protocol = protocol;
    p.port = number;
    p.app_protocol = app_protocol;
  }
  for (const auto& [key, a] : addresses)
    (a.ready ? out.addresses : out.not_ready_addresses).push_back(a.address);
  return out;
}

std::map<std::string, std::string> labels_for(const Service& service) {
  auto labels = service.metadata.labels;
  const auto& ip = service.spec.cluster_ip;
  labels.erase(headless_label);
  if (ip.empty() || ip == "None") labels[headless_label] = "";
  labels[manager_label] = manager;
  return labels;
}

}  // namespace

std::vector<EndpointSubset> subsets_of(const Service& service, const std::vector<PodPtr>& pods) {
  const bool whatever = service.spec.publish_not_ready_addresses.value_or(false);
  const bool ipv6 = wants_ipv6(service);
  std::map<PortKey, Addresses> behind;
  for (const auto& pod : pods) {
    if (!backends::can_serve(*pod, whatever)) continue;
    const auto ips = backends::addresses(*pod, ipv6);
    if (ips.empty()) continue;
    for (const auto& port : ports_on(service, *pod))
      behind[port][{ips.front(), pod->metadata.uid}] = {address_of(service, *pod, ips.front()),
                                                        whatever || workload::is_ready(*pod)};
  }
  std::vector<std::pair<std::vector<PortKey>, const Addresses*>> groups;
  std::map<std::string, std::size_t> by_signature;
  for (const auto& [port, addresses] : behind) {
    const auto [it, added] = by_signature.emplace(signature(addresses), groups.size());
    if (added) groups.push_back({{}, &addresses});
    groups[it->second].first.push_back(port);
  }
  std::vector<EndpointSubset> out;
  for (const auto& [ports, addresses] : groups)
    out.push_back(subset_of(ports, *addresses));
  return out;
}

bool truncate(std::vector<EndpointSubset>& subsets, std::size_t max) {
  std::size_t ready = 0, not_ready = 0;
  for (const auto& s : subsets) {
    ready += s.addresses.size();
    not_ready += s.not_ready_addresses.size();
  }
  if (ready + not_ready <= max) return false;
  const bool cut_ready = ready > max;
  const std::size_t room = cut_ready ? max : max - ready;
  const auto total = static_cast<double>(cut_ready ? ready : not_ready);
  std::size_t left = room;
  for (auto& s : subsets) {
    auto& list = cut_ready ? s.addresses : s.not_ready_addresses;
    // Rounded up; the last subset gets what is left.
    const auto part = static_cast<std::size_t>(
        std::ceil(static_cast<double>(list.size()) / total * static_cast<double>(room)));
    list.resize(std::min({list.size(), part, left}));
    left -= list.size();
    if (cut_ready) s.not_ready_addresses.clear();
  }
  return true;
}

Endpoints next_endpoints(const Endpoints& held, const Service& service, const std::vector<PodPtr>& pods) {
  Endpoints next = held;
  next.metadata.name = service.metadata.name;
  next.metadata.namespace_ = service.metadata.namespace_;
  next.metadata.labels = labels_for(service);
  next.subsets = subsets_of(service, pods);
  if (truncate(next.subsets, capacity))
    next.metadata.annotations[over_capacity_annotation] = "truncated";
  else
    next.metadata.annotations.erase(over_capacity_annotation);
  return next;
}

}  // namespace controllers::endpoints
