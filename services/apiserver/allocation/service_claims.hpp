#pragma once
#include <cstdint>
#include <string>
#include <vector>
#include "api/object.hpp"

/// What a Service needs from the ranges, and what it gives back. Pure.
/// Source: Kubernetes documentation, "Service" (choosing your own port, headless services, dual stack).
namespace apiserver::allocation {

/// One cluster IP to be taken: `ip` by name, or any of the family when empty.
struct IpClaim {
  std::string family;  ///< "IPv4", "IPv6"
  std::string ip;
  std::size_t index = 0;     ///< Within spec.clusterIPs.
  bool held_before = false;  ///< Was the Service's already: stays if the write fails.
};
/// One node port to be taken: `port`, or any when 0.
struct PortClaim {
  std::int64_t port = 0;
  bool health_check = false;  ///< For spec.healthCheckNodePort; otherwise for the ports below.
  std::vector<std::size_t>
      indices;  ///< Of spec.ports; several when they share it (one port, other protocols).
  bool held_before = false;
};

struct Claims {
  std::vector<IpClaim> ips;
  std::vector<PortClaim> ports;
  std::vector<std::string> released_ips;
  std::vector<std::int64_t> released_ports;
};

/// `service` has its defaults and passed validation; `old` null for a create.
Claims claims_of(const api::Object& service, const api::Object* old);
/// Everything the service holds: what its deletion gives back.
Claims held_by(const api::Object& service);

/// Writes what was taken: claims hold the final `ip` and `port` now.
void apply(const Claims& claims, api::Object& service);

}  // namespace apiserver::allocation
