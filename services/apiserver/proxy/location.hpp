#pragma once
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>
#include "api/object.hpp"
#include "api/status.hpp"
#include "apiserver/lookup/lookup.hpp"

/// Where the `proxy` subresource of a pod, a service or a node leads. Pure.
/// Source: "Manually constructing apiserver proxy URLs" of the Kubernetes documentation; upstream's
/// ResourceLocation of each kind.
namespace apiserver::proxy {

/// What the name in a proxy URL means: "web", "web:http", "https:web:8443".
struct ProxyName {
  std::string scheme;  ///< "http", "https", or empty where none was given.
  std::string name;
  std::string port;  ///< A number or, for services, a port's name; may be empty.

  /// Error: BadRequest (`invalid pod request "a:b:c:d"`). `kind`: "pod", "service", "node".
  static api::StatusOr<ProxyName> parse(std::string_view kind, std::string_view text);
};

struct Location {
  std::string endpoint;  ///< "http://10.0.0.7:8080"
  bool agent = false;    ///< It is a node's agent: this server's client certificate may be shown to it.
};

/// A number below `n`, for the choice among a service's endpoints.
using Choose = std::function<std::size_t(std::size_t n)>;

/// The pod's address and the port asked for, else the first port that a container declares.
/// Errors: BadRequest: no address yet, or one that no request may be sent to.
api::StatusOr<Location> pod_location(const api::Object& pod, const ProxyName& name);

/// One of the ready endpoints behind the service's port.
/// Errors: ServiceUnavailable (no such port, no endpoint); BadRequest (an address that is not allowed).
api::StatusOr<Location> service_location(const api::Object& service, const ProxyName& name,
                                         const ObjectLookup& objects, const Choose& choose);

/// The node's agent, or another port of the node's address.
/// Errors: those of node_endpoint; BadRequest (an address that is not allowed).
api::StatusOr<Location> node_location(const api::Object& node, const ProxyName& name,
                                      const std::vector<std::string>& address_types);

/// Whether a client may make this server connect to `address`: not to itself (loopback, but for the range
/// that pods without a network of their own have there), nor to link-local, multicast or unspecified
/// addresses, where metadata services live.
bool may_proxy_to(std::string_view address);

/// The part of a request's path behind ".../NAME/proxy", as the client wrote it: empty, or begins with '/'.
std::string_view proxied_path(std::string_view path, bool namespaced);

}  // namespace apiserver::proxy
