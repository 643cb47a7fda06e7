#pragma once
#include <optional>
#include <string>
#include <vector>
#include "api/types/core_v1.hpp"
#include "client/informer.hpp"
#include "controllers/workload/pod.hpp"

/// Which pods stand behind a Service, and at which port: what the EndpointSlice and the Endpoints controller
/// share.
namespace controllers::backends {

using api::core::v1::Pod;
using api::core::v1::Service;
using api::core::v1::ServicePort;
using workload::PodPtr;

/// A pod has an address to publish and has not ended. One that is being deleted counts with `terminating`
/// only.
bool can_serve(const Pod& pod, bool terminating) noexcept;

/// The number of a service port on `pod`: targetPort's number, the container port it names (same protocol,
/// sidecar init containers included), or the service's own port where there is no targetPort. Nothing: the
/// pod has no such port.
std::optional<std::int32_t> find_port(const Pod& pod, const ServicePort& port) noexcept;

/// The pod's addresses of one family (IPv4 or IPv6), in the order of its status.
std::vector<std::string> addresses(const Pod& pod, bool ipv6);
inline bool is_ipv6(std::string_view address) noexcept {
  return address.find(':') != std::string_view::npos;
}

/// A Service of selected pods: not ExternalName, and with a selector.
bool selects(const Service& service) noexcept;
bool matches(const Service& service, const Pod& pod) noexcept;
bool is_headless(const Service& service) noexcept;

/// The pod's name in the Service's domain: its hostname where its subdomain is the Service; else empty.
std::string hostname_in(const Service& service, const Pod& pod);
/// A reference to the pod, as endpoints carry it.
api::core::v1::ObjectReference target(const Pod& pod);

/// A change of a pod that endpoints may show.
bool is_visible_change(const Pod& old, const Pod& now) noexcept;

/// Calls `wake(key)` for every Service that a new, changed or deleted pod concerns.
void watch_pods(client::Informer<Pod>& pods, client::Informer<Service>& services,
                std::function<void(const std::string& key)> wake);

/// The matching pods of a Service's namespace, by name.
std::vector<PodPtr> pods_of(const Service& service, const client::Store<Pod>& pods);

}  // namespace controllers::backends
