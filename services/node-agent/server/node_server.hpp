#pragma once
#include <memory>
#include <string>
#include "base/async.hpp"
#include "base/metrics.hpp"
#include "frame/frame.hpp"
#include "http/server.hpp"
#include "node-agent/server/exec_request.hpp"
#include "node-agent/server/request_authorizer.hpp"

namespace node_agent::server {

/// What the server asks of the node. Every call may come from any strand, and brings its answer back to it.
/// Errors, in upstream's words: not_found (no such pod or container), invalid_argument (a container without
/// logs yet), internal (what cannot be run).
class Backend {
 public:
  virtual ~Backend() = default;
  struct LogSource {
    std::string path, pod_uid, container_id;
  };
  virtual base::Awaitable<base::Result<LogSource>> log_source(std::string ns, std::string pod,
                                                              std::string container, bool previous) = 0;
  virtual base::Awaitable<bool> is_running(std::string pod_uid, std::string container_id) = 0;
  virtual base::Awaitable<base::Result<std::shared_ptr<ProcessStream>>> exec(ExecRequest request) = 0;
  virtual base::Awaitable<base::Result<std::shared_ptr<ProcessStream>>> attach(ExecRequest request) = 0;
  virtual base::Awaitable<base::Result<std::shared_ptr<ProcessStream>>> port_forward(std::string ns,
                                                                                     std::string pod,
                                                                                     std::uint16_t port) = 0;
  /// A PodList of what runs here, as JSON.
  virtual base::Awaitable<std::string> pods() = 0;
  /// Brings the numbers that are counted only when somebody looks (running pods) up to date.
  virtual base::Awaitable<void> collect_metrics() = 0;
  /// What containers, pods and the machine use, as /metrics/resource gives it.
  virtual base::Awaitable<std::string> resource_metrics() = 0;
  virtual base::Awaitable<base::Result<void>> authorize(http::PeerCertificate peer, std::string method,
                                                        std::string path) = 0;
};

/// The node's HTTPS server: /containerLogs, /exec, /attach, /portForward, /pods, /metrics/resource and the
/// operator's paths. Its handlers run on their connections' strands; `backend`, `health` and `metrics`
/// outlive it.
class NodeServer {
 public:
  NodeServer(Backend& backend, base::Executor blocking_pool, const frame::Health& health,
             const base::metrics::Registry& metrics);
  base::Awaitable<void> handle(http::Exchange& exchange);

 private:
  base::Awaitable<void> logs(http::Exchange& exchange, std::vector<std::string> place);
  base::Awaitable<void> process(http::Exchange& exchange, std::vector<std::string> place, bool attach);
  base::Awaitable<void> port_forward(http::Exchange& exchange, std::vector<std::string> place);

  Backend& backend_;
  base::Executor pool_;
  const frame::Health& health_;
  const base::metrics::Registry& metrics_;
};

}  // namespace node_agent::server
