#pragma once
#include <boost/json/object.hpp>
#include <chrono>
#include <string>
#include <vector>
#include "apiserver/lookup/lookup.hpp"
#include "base/clock.hpp"

/// What every cluster has, and who serves it: compared with what there is, and the difference as writes.
/// Pure.
namespace apiserver::bootstrap {

struct Write {
  enum class Action { create, update, remove };
  Action action = Action::create;
  std::string group, version, resource;
  boost::json::object object;  ///< Complete; with the resourceVersion it was read at for an update.
};
using Writes = std::vector<Write>;

/// One API server as the others see it.
struct Server {
  std::string name;     ///< Of its Lease: "apiserver-<hash>".
  std::string holder;   ///< Unlike for each start.
  std::string host;     ///< Of the machine.
  std::string address;  ///< --advertise-address
  int port = 0;         ///< --secure-port
};
/// The name of the Lease for a server on `host` that listens at `port`: the same after a restart.
std::string server_name(const std::string& host, int port);

/// What extension servers must know to trust the X-Remote-* headers (--requestheader-*).
struct RequestHeader {
  std::string client_ca;  ///< PEM; empty: nothing is said.
  std::vector<std::string> allowed_names;
};

struct Config {
  Server self;
  std::vector<std::string> service_cidrs;  ///< --service-cluster-ip-range, normalised.
  std::string service_ip;                  ///< Of the `kubernetes` Service: the first of the first range.
  std::string client_ca;                   ///< PEM of --client-ca-file; empty if there is none.
  RequestHeader request_header;
};

/// A server whose Lease was not renewed for this long is gone.
inline constexpr std::chrono::seconds server_lease{30};
inline constexpr std::chrono::seconds server_renewal{10};

/// default, kube-system, kube-public, kube-node-lease where absent.
Writes plan_namespaces(const ObjectLookup& lookup);
/// The default roles and bindings (authorization::plan_bootstrap).
Writes plan_rbac(const ObjectLookup& lookup);
/// PriorityClasses, the ServiceCIDR, the trust for extension servers, the `kubernetes` Service.
Writes plan_system_objects(const ObjectLookup& lookup, const Config& config);
/// This server's Lease, renewed; those of servers that are gone, removed.
Writes plan_identity(const ObjectLookup& lookup, const Server& self, base::SystemTime now);
/// The servers whose Leases are fresh, `self` always among them; by address and port.
std::vector<Server> live_servers(const ObjectLookup& lookup, const Server& self, base::SystemTime now);
/// Endpoints and EndpointSlices of the `kubernetes` Service for those servers: a slice for each port in use.
Writes plan_endpoints(const ObjectLookup& lookup, const std::vector<Server>& servers);

}  // namespace apiserver::bootstrap
