#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>
#include "api/types/discovery_v1.hpp"
#include "controllers/backends/backends.hpp"

namespace controllers::endpointslice {

using api::core::v1::Service;
using api::discovery::v1::Endpoint;
using api::discovery::v1::EndpointPort;
using api::discovery::v1::EndpointSlice;
using backends::PodPtr;
using SlicePtr = std::shared_ptr<const EndpointSlice>;

/// The zone of a node, empty where it has none; nothing where there is no such node.
using ZoneOf = std::function<std::optional<std::string>(const std::string& node)>;

/// Endpoints that have the same port numbers, and so may share slices.
struct PortGroup {
  std::vector<EndpointPort> ports;            ///< In the order of the Service's.
  std::map<std::string, Endpoint> endpoints;  ///< By endpoint_key.
};
struct Desired {
  std::map<std::string, PortGroup> groups;  ///< By port_key.
  bool missing_nodes = false;
};

/// The endpoints of one address family that `pods` make. A pod whose node is not known is left out, unless
/// the Service publishes whatever there is.
Desired desired_endpoints(const Service& service, const std::vector<PodPtr>& pods, const ZoneOf& zone_of,
                          bool ipv6);

/// Equal for equal ports, in whatever order.
std::string port_key(const std::vector<EndpointPort>& ports);
/// What an endpoint is, apart from the state it is in: addresses, name and pod.
std::string endpoint_key(const Endpoint& endpoint);

}  // namespace controllers::endpointslice
