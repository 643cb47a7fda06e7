#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include "api/object.hpp"
#include "apiserver/bootstrap/plan.hpp"

/// The part of the plan about the API servers themselves: their Leases and the endpoints that follow.
namespace apiserver::bootstrap {
namespace {

namespace json = boost::json;
using json::object;

constexpr const char* lease_group = "coordination.k8s.io";
constexpr const char* lease_namespace = "kube-system";
constexpr const char* identity_label = "apiserver.kubernetes.io/identity";
/// Where the server is reached; upstream keeps this outside the API, in the store.
constexpr const char* address_annotation = "coxswain.io/advertise-address";

bool is_identity(const object& lease) {
  const auto* labels = api::labels_of(lease);
  return labels && api::get_string(*labels, {identity_label}) == "kube-apiserver";
}

bool is_fresh(const object& lease, base::SystemTime now) {
  const auto renewed = base::parse_rfc3339(api::get_string(lease, {"spec", "renewTime"}));
  const auto seconds = api::get_int(lease, {"spec", "leaseDurationSeconds"}).value_or(0);
  return renewed.has_value() && now < *renewed + std::chrono::seconds(seconds);
}

std::optional<Server> server_of(const object& lease) {
  const auto* annotations = api::annotations_of(lease);
  if (!annotations) return {};
  const auto where = api::get_string(*annotations, {address_annotation});
  const auto colon = where.rfind(':');
  if (colon == std::string_view::npos) return {};
  Server server;
  server.name = api::name_of(lease);
  server.address = where.substr(0, colon);
  const auto port = where.substr(colon + 1);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), server.port);
  if (error != std::errc() || server.address.empty()) return {};
  return server;
}

/// A Lease of this server: `found`, or a new one, with the present time.
object renewed_lease(const SharedObject& found, const Server& self, base::SystemTime now) {
  object lease = found ? *found
                       : object{{"apiVersion", "coordination.k8s.io/v1"},
                                {"kind", "Lease"},
                                {"metadata", object{{"name", self.name}, {"namespace", lease_namespace}}}};
  auto& labels = api::ensure_object(lease, {"metadata", "labels"});
  labels[identity_label] = "kube-apiserver";
  labels["kubernetes.io/hostname"] = self.host;
  api::ensure_object(lease, {"metadata", "annotations"})[address_annotation] =
      self.address + ":" + std::to_string(self.port);
  auto& spec = api::ensure_object(lease, {"spec"});
  spec["holderIdentity"] = self.holder;
  spec["leaseDurationSeconds"] = server_lease.count();
  spec["renewTime"] = base::format_rfc3339_micro(now);
  return lease;
}

std::map<int, std::set<std::string>> addresses_by_port(const std::vector<Server>& servers) {
  std::map<int, std::set<std::string>> ports;
  for (const auto& server : servers)
    ports[server.port].insert(server.address);
  return ports;
}

json::array https_port(int port) {
  return {object{{"name", "https"}, {"port", port}, {"protocol", "TCP"}}};
}

object metadata(const std::string& name, const char* label, const char* value) {
  return {{"name", name}, {"namespace", "default"}, {"labels", object{{label, value}}}};
}

object endpoints(const std::vector<Server>& servers) {
  json::array subsets;
  for (const auto& [port, ips] : addresses_by_port(servers)) {
    json::array addresses;
    for (const auto& ip : ips)
      addresses.push_back(object{{"ip", ip}});
    subsets.push_back(object{{"addresses", std::move(addresses)}, {"ports", https_port(port)}});
  }
  return {{"apiVersion", "v1"},
          {"kind", "Endpoints"},
          {"metadata", metadata("kubernetes", "endpointslice.kubernetes.io/skip-mirror", "true")},
          {"subsets", std::move(subsets)}};
}

object slice(const std::string& name, int port, const std::set<std::string>& ips) {
  json::array list;
  for (const auto& ip : ips)
    list.push_back(
        object{{"addresses", json::array{json::string(ip)}}, {"conditions", object{{"ready", true}}}});
  const bool v6 = ips.begin()->find(':') != std::string::npos;
  return {{"apiVersion", "discovery.k8s.io/v1"},
          {"kind", "EndpointSlice"},
          {"metadata", metadata(name, "kubernetes.io/service-name", "kubernetes")},
          {"addressType", v6 ? "IPv6" : "IPv4"},
          {"endpoints", std::move(list)},
          {"ports", https_port(port)}};
}

/// Writes `wanted` unless the members named are the same already.
void apply(const ObjectLookup& lookup, Writes& writes, std::string group, std::string resource, object wanted,
           std::initializer_list<std::string_view> members) {
  const auto found = lookup.get(group, resource, "default", api::name_of(wanted));
  if (!found) {
    writes.push_back({Write::Action::create, std::move(group), "v1", std::move(resource), std::move(wanted)});
    return;
  }
  object changed = *found;
  bool differs = false;
  for (const auto member : members) {
    const auto* have = changed.if_contains(member);
    const auto& want = wanted.at(member);
    if (have ? api::deep_equal(*have, want) : want.is_array() && want.get_array().empty()) continue;
    changed[member] = want;
    differs = true;
  }
  if (differs)
    writes.push_back(
        {Write::Action::update, std::move(group), "v1", std::move(resource), std::move(changed)});
}

}  // namespace

Writes plan_identity(const ObjectLookup& lookup, const Server& self, base::SystemTime now) {
  Writes writes;
  const auto own = lookup.get(lease_group, "leases", lease_namespace, self.name);
  writes.push_back({own ? Write::Action::update : Write::Action::create, lease_group, "v1", "leases",
                    renewed_lease(own, self, now)});
  for (const auto& lease : lookup.list(lease_group, "leases", lease_namespace))
    if (is_identity(*lease) && api::name_of(*lease) != self.name && !is_fresh(*lease, now))
      writes.push_back({Write::Action::remove, lease_group, "v1", "leases", *lease});
  return writes;
}

std::vector<Server> live_servers(const ObjectLookup& lookup, const Server& self, base::SystemTime now) {
  std::vector<Server> servers{self};
  for (const auto& lease : lookup.list(lease_group, "leases", lease_namespace)) {
    if (!is_identity(*lease) || api::name_of(*lease) == self.name || !is_fresh(*lease, now)) continue;
    if (auto server = server_of(*lease)) servers.push_back(std::move(*server));
  }
  std::sort(servers.begin(), servers.end(), [](const Server& a, const Server& b) {
    return std::tie(a.address, a.port) < std::tie(b.address, b.port);
  });
  return servers;
}

Writes plan_endpoints(const ObjectLookup& lookup, const std::vector<Server>& servers) {
  Writes writes;
  apply(lookup, writes, "", "endpoints", endpoints(servers), {"subsets"});
  const auto ports = addresses_by_port(servers);
  std::set<std::string> names;
  for (const auto& [port, ips] : ports) {
    const auto name = names.empty() ? std::string("kubernetes") : "kubernetes-" + std::to_string(port);
    names.insert(name);
    apply(lookup, writes, "discovery.k8s.io", "endpointslices", slice(name, port, ips),
          {"endpoints", "ports"});
  }
  for (const auto& found : lookup.list("discovery.k8s.io", "endpointslices", "default")) {
    const auto* labels = api::labels_of(*found);
    const bool ours = labels && api::get_string(*labels, {"kubernetes.io/service-name"}) == "kubernetes";
    if (ours && !names.contains(std::string(api::name_of(*found))))
      writes.push_back({Write::Action::remove, "discovery.k8s.io", "v1", "endpointslices", *found});
  }
  return writes;
}

}  // namespace apiserver::bootstrap
