#pragma once
#include <memory>
#include <string>
#include <vector>
#include "api/object.hpp"
#include "api/status.hpp"
#include "apiserver/lookup/lookup.hpp"
#include "apiserver/proxy/client_pool.hpp"
#include "apiserver/proxy/target.hpp"
#include "base/async.hpp"
#include "http/server.hpp"

namespace apiserver::proxy {

struct Options {
  /// --kubelet-client-certificate, -key and --kubelet-certificate-authority.
  std::shared_ptr<http::TlsContext> tls;
  /// --kubelet-preferred-address-types
  std::vector<std::string> address_types = {"InternalIP", "ExternalIP", "Hostname"};
};

/// Carries pods/log, pods/exec, pods/attach and pods/portforward to the agent of the pod's node.
/// Thread-safe; a call runs on its exchange's strand. Authorization and admission are done before.
class NodeProxy {
 public:
  NodeProxy(base::Executor ex, Options options, const ObjectLookup& nodes);

  /// Answers the exchange: with a stream of log lines, or by joining the client's WebSocket with the node's.
  /// An error means that nothing was sent yet: the caller answers with it. Errors: BadRequest (no node yet, a
  /// wrong option, no WebSocket where one is needed), the agent's own refusal, ServiceUnavailable.
  base::Awaitable<api::StatusOr<void>> serve(http::Exchange& exchange, SharedObject pod,
                                             std::string subresource, http::Query query);
  /// Closes the connections to the nodes.
  void close();

 private:
  /// Without an endpoint: the log of a pod that has no node yet, which is empty.
  api::StatusOr<Target> target(const api::Object& pod, std::string_view subresource,
                               const http::Query& query) const;
  base::Awaitable<api::StatusOr<void>> stream_log(http::Exchange& exchange, Target target);
  base::Awaitable<api::StatusOr<void>> join(http::Exchange& exchange, Target target);

  Options options_;
  const ObjectLookup& nodes_;
  ClientPool clients_;
};

}  // namespace apiserver::proxy
