#include "controllers/backends/backends.hpp"
#include <algorithm>

namespace controllers::backends {
namespace {

std::optional<std::int32_t> named_port(const std::vector<api::core::v1::Container>& containers,
                                       bool sidecars_only, const std::string& name,
                                       const std::string& protocol) noexcept {
  for (const auto& container : containers) {
    if (sidecars_only && container.restart_policy != "Always") continue;
    for (const auto& p : container.ports)
      if (p.name == name && (p.protocol.empty() ? "TCP" : p.protocol) == protocol) return p.container_port;
  }
  return std::nullopt;
}

}  // namespace

bool can_serve(const Pod& pod, bool terminating) noexcept {
  if (workload::is_finished(pod) || pod.status.pod_ip.empty()) return false;
  return terminating || !pod.metadata.deletion_timestamp;
}

std::optional<std::int32_t> find_port(const Pod& pod, const ServicePort& port) noexcept {
  if (!port.target_port) return port.port;
  if (port.target_port->is_int)
    return port.target_port->int_value == 0 ? port.port : port.target_port->int_value;
  const std::string protocol = port.protocol.empty() ? "TCP" : port.protocol;
  const auto& name = port.target_port->string_value;
  if (const auto found = named_port(pod.spec.containers, false, name, protocol)) return found;
  return named_port(pod.spec.init_containers, true, name, protocol);
}

std::vector<std::string> addresses(const Pod& pod, bool ipv6) {
  std::vector<std::string> out;
  for (const auto& ip : pod.status.pod_ips)
    if (!ip.ip.empty() && is_ipv6(ip.ip) == ipv6) out.push_back(ip.ip);
  if (pod.status.pod_ips.empty() && !pod.status.pod_ip.empty() && is_ipv6(pod.status.pod_ip) == ipv6)
    out.push_back(pod.status.pod_ip);
  return out;
}

bool selects(const Service& service) noexcept {
  return service.spec.type != "ExternalName" && !service.spec.selector.empty();
}

bool matches(const Service& service, const Pod& pod) noexcept {
  if (!selects(service)) return false;
  const auto& labels = pod.metadata.labels;
  return std::all_of(service.spec.selector.begin(), service.spec.selector.end(), [&](const auto& wanted) {
    const auto it = labels.find(wanted.first);
    return it != labels.end() && it->second == wanted.second;
  });
}

bool is_headless(const Service& service) noexcept {
  return service.spec.cluster_ip == "None";
}

std::string hostname_in(const Service& service, const Pod& pod) {
  const bool named = !pod.spec.hostname.empty() && pod.spec.subdomain == service.metadata.name &&
                     pod.metadata.namespace_ == service.metadata.namespace_;
  return named ? pod.spec.hostname : std::string();
}

api::core::v1::ObjectReference target(const Pod& pod) {
  api::core::v1::ObjectReference r;
  r.kind = "Pod";
  r.namespace_ = pod.metadata.namespace_;
  r.name = pod.metadata.name;
  r.uid = pod.metadata.uid;
  return r;
}

bool is_visible_change(const Pod& old, const Pod& now) noexcept {
  return old.metadata.uid != now.metadata.uid || old.metadata.labels != now.metadata.labels ||
         old.metadata.deletion_timestamp.has_value() != now.metadata.deletion_timestamp.has_value() ||
         old.status.pod_ip != now.status.pod_ip || old.status.pod_ips != now.status.pod_ips ||
         workload::is_ready(old) != workload::is_ready(now) ||
         workload::is_finished(old) != workload::is_finished(now) ||
         old.spec.node_name != now.spec.node_name || old.spec.hostname != now.spec.hostname ||
         old.spec.subdomain != now.spec.subdomain;
}

void watch_pods(client::Informer<Pod>& pods, client::Informer<Service>& services,
                std::function<void(const std::string& key)> wake) {
  const auto concern = [&services, wake = std::move(wake)](const Pod& pod) {
    for (const auto& s : services.store().list_namespace(pod.metadata.namespace_))
      if (matches(*s, pod)) wake(client::key_of(*s));
  };
  client::Handler<Pod> h;
  h.on_add = [concern](const PodPtr& pod) { concern(*pod); };
  h.on_delete = h.on_add;
  h.on_update = [concern](const PodPtr& old, const PodPtr& now) {
    if (!is_visible_change(*old, *now)) return;
    concern(*now);
    if (old->metadata.labels != now->metadata.labels) concern(*old);
  };
  pods.add_handler(std::move(h));
}

std::vector<PodPtr> pods_of(const Service& service, const client::Store<Pod>& pods) {
  auto all = pods.list_namespace(service.metadata.namespace_);
  std::erase_if(all, [&](const PodPtr& pod) { return !matches(service, *pod); });
  return all;
}

}  // namespace controllers::backends
