#pragma once
#include <memory>
#include <string>
#include <vector>
#include "node-agent/server/node_server.hpp"
#include "node-agent/service/metrics.hpp"
#include "node-agent/service/node.hpp"

namespace node_agent {

/// What the server of a process asks, brought to the node it is about and back: a pod's node is the one that
/// has it. Callable from any strand.
class NodeBackend final : public server::Backend {
 public:
  /// The authorizer, which asks about `nodes/<node>`, is given a strand of its own. `nodes` and `metrics`
  /// outlive it.
  NodeBackend(base::Executor strand, base::Executor blocking_pool, server::RequestAuthorizer authorizer,
              std::vector<Node*> nodes, AgentMetrics& metrics);

  using Stream = base::Result<std::shared_ptr<runtime::ProcessStream>>;
  base::Awaitable<base::Result<LogSource>> log_source(std::string ns, std::string pod, std::string container,
                                                      bool previous) override;
  base::Awaitable<bool> is_running(std::string pod_uid, std::string container_id) override;
  base::Awaitable<Stream> exec(server::ExecRequest request) override;
  base::Awaitable<Stream> attach(server::ExecRequest request) override;
  base::Awaitable<Stream> port_forward(std::string ns, std::string pod, std::uint16_t port) override;
  base::Awaitable<std::string> pods() override;
  base::Awaitable<void> collect_metrics() override;
  base::Awaitable<std::string> resource_metrics() override;
  base::Awaitable<base::Result<void>> authorize(http::PeerCertificate peer, std::string method,
                                                std::string path) override;

 private:
  using Open = std::function<base::Awaitable<Stream>(PodAccess&)>;
  /// The node that has the pod; the first one if none has, which says so then.
  base::Awaitable<Node*> node_of(std::string ns, std::string pod);
  base::Awaitable<Stream> open(std::string ns, std::string pod, Open how);

  base::Executor strand_, pool_;
  server::RequestAuthorizer authorizer_;  ///< On strand_.
  std::vector<Node*> nodes_;
  AgentMetrics& metrics_;
};

}  // namespace node_agent
