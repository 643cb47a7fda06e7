#include "controllers/endpointslice/slices.hpp"
#include <algorithm>
#include <iterator>
#include "controllers/backends/trigger_times.hpp"
#include "controllers/endpointslice/packing.hpp"

namespace controllers::endpointslice {
namespace {

template <class T>
void append(std::vector<T>& to, std::vector<T>&& from) {
  std::move(from.begin(), from.end(), std::back_inserter(to));
}

/// The Service's labels, and ours over them.
std::map<std::string, std::string> labels_for(const Service& service) {
  auto labels = service.metadata.labels;
  const auto& ip = service.spec.cluster_ip;
  labels.erase(headless_label);
  if (ip.empty() || ip == "None") labels[headless_label] = "";
  labels[service_label] = service.metadata.name;
  labels[manager_label] = manager;
  return labels;
}

EndpointSlice blank_slice(const Service& service, const std::string& address_type) {
  EndpointSlice s;
  s.address_type = address_type;
  s.metadata.generate_name = service.metadata.name + "-";
  s.metadata.namespace_ = service.metadata.namespace_;
  s.metadata.labels = labels_for(service);
  s.metadata.owner_references = {workload::controller_reference("v1", "Service", service.metadata)};
  return s;
}

/// Says as much as a slice without endpoints can.
bool is_placeholder(const EndpointSlice& s, const EndpointSlice& blank) {
  return s.endpoints.empty() && s.ports.empty() && s.metadata.labels == blank.metadata.labels &&
         s.metadata.owner_references == blank.metadata.owner_references;
}

/// New slices take the names of those that would go: one write instead of two.
void reuse(Plan& plan) {
  while (!plan.create.empty() && !plan.remove.empty()) {
    auto next = std::move(plan.create.back());
    plan.create.pop_back();
    auto meta = plan.remove.back()->metadata;
    plan.remove.pop_back();
    meta.labels = std::move(next.metadata.labels);
    meta.owner_references = std::move(next.metadata.owner_references);
    next.metadata = std::move(meta);
    plan.update.push_back(std::move(next));
  }
}

Plan plan_family(const EndpointSlice& blank, Desired desired, const std::vector<SlicePtr>& existing,
                 std::size_t max) {
  std::map<std::string, std::vector<SlicePtr>> by_ports;
  for (const auto& slice : existing)
    by_ports[port_key(slice->ports)].push_back(slice);
  Plan out;
  for (auto& [key, group] : desired.groups) {
    auto part = pack(blank, std::move(group), by_ports[key], max);
    by_ports.erase(key);
    append(out.create, std::move(part.create));
    append(out.update, std::move(part.update));
    append(out.remove, std::move(part.remove));
  }
  for (auto& [key, slices] : by_ports)
    append(out.remove, std::move(slices));
  if (out.create.empty() && out.remove.size() == existing.size()) {
    if (existing.size() == 1 && is_placeholder(*existing.front(), blank))
      out.remove.clear();
    else
      out.create.push_back(blank);
  }
  reuse(out);
  return out;
}

}  // namespace

std::vector<std::string> address_types(const Service& service) {
  if (!service.spec.ip_families.empty()) return service.spec.ip_families;
  const auto& ip = service.spec.cluster_ip;
  if (ip.empty() || ip == "None") return {"IPv4", "IPv6"};
  return {backends::is_ipv6(ip) ? "IPv6" : "IPv4"};
}

Plan plan(const Service& service, const std::vector<PodPtr>& pods, const ZoneOf& zone_of,
          const std::vector<SlicePtr>& existing, const std::optional<base::SystemTime>& changed_at,
          std::size_t max) {
  std::map<std::string, std::vector<SlicePtr>> by_type;
  for (const auto& slice : existing)
    by_type[slice->address_type].push_back(slice);
  Plan out;
  for (const auto& type : address_types(service)) {
    auto desired = desired_endpoints(service, pods, zone_of, type == "IPv6");
    out.missing_nodes = out.missing_nodes || desired.missing_nodes;
    auto part = plan_family(blank_slice(service, type), std::move(desired), by_type[type], max);
    by_type.erase(type);
    append(out.create, std::move(part.create));
    append(out.update, std::move(part.update));
    append(out.remove, std::move(part.remove));
  }
  for (auto& [type, slices] : by_type)
    append(out.remove, std::move(slices));
  if (service.metadata.deletion_timestamp) out.create.clear();
  for (auto* written : {&out.create, &out.update})
    for (auto& slice : *written)
      backends::annotate_trigger_time(slice.metadata, changed_at);
  return out;
}

}  // namespace controllers::endpointslice
