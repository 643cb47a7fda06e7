#pragma once
#include <string>
#include "api/status.hpp"
#include "apiserver/lookup/lookup.hpp"
#include "apiserver/proxy/client_pool.hpp"
#include "apiserver/proxy/location.hpp"
#include "apiserver/proxy/node_proxy.hpp"
#include "base/async.hpp"
#include "http/server.hpp"

namespace apiserver::proxy {

/// Serves pods/proxy, services/proxy and nodes/proxy: any method, any body, WebSockets too, carried to the
/// pod, an endpoint of the service, or the node's agent, and its answer carried back. Thread-safe; a call
/// runs on its exchange's strand. Authorization is done before.
///
/// What is added: X-Forwarded-For, -Host, -Proto and -Uri. What is taken away: what concerns one connection
/// only, and the client's credentials. A redirect of the other side to itself is turned into one to the
/// proxy. Certificates of pods and services are not verified, as upstream's are not; those of agents are.
class HttpProxy {
 public:
  HttpProxy(base::Executor ex, Options options, const ObjectLookup& objects, Choose choose);

  /// An error means that nothing was sent yet: the caller answers with it. `object` is the pod, service or
  /// node. Errors: those of location.hpp; ServiceUnavailable where nobody answers at the place.
  base::Awaitable<api::StatusOr<void>> serve(http::Exchange& exchange, SharedObject object,
                                             std::string resource, ProxyName name);
  /// Closes the connections.
  void close();

 private:
  api::StatusOr<Location> locate(const api::Object& object, std::string_view resource,
                                 const ProxyName& name) const;
  base::Awaitable<api::StatusOr<void>> forward(http::Exchange& exchange, Location to, http::Request request,
                                               std::string prefix);

  Options options_;
  const ObjectLookup& objects_;
  Choose choose_;
  ClientPool agents_, others_;
};

}  // namespace apiserver::proxy
