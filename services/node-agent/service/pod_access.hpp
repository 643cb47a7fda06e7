#pragma once
#include <memory>
#include <string>
#include <vector>
#include "node-agent/pods/pod_manager.hpp"
#include "node-agent/runtime/runtime.hpp"
#include "node-agent/server/node_server.hpp"
#include "node-agent/service/metrics.hpp"
#include "node-agent/service/resource_metrics.hpp"

namespace node_agent {

/// What the server asks about the pods of one node. Belongs to the node's strand; see server::Backend for
/// what the calls mean and which errors they have.
class PodAccess {
 public:
  PodAccess(const pods::PodManager& pods, runtime::Runtime& runtime) : pods_(pods), runtime_(runtime) {}
  using Stream = base::Result<std::shared_ptr<runtime::ProcessStream>>;
  using LogSource = server::Backend::LogSource;

  bool has(const std::string& ns, const std::string& pod) const { return pods_.find(ns, pod) != nullptr; }
  base::Awaitable<base::Result<LogSource>> log_source(std::string ns, std::string pod, std::string container,
                                                      bool previous);
  base::Awaitable<bool> is_running(std::string pod_uid, std::string container_id);
  base::Awaitable<Stream> exec(server::ExecRequest request);
  base::Awaitable<Stream> attach(server::ExecRequest request);
  base::Awaitable<Stream> port_forward(std::string ns, std::string pod, std::uint16_t port);

  /// The pods with their latest status, as JSON documents.
  std::vector<std::string> documents() const;
  RunningCounts count() const;
  /// Of the running containers. Errors: the runtime's.
  base::Awaitable<base::Result<std::vector<ContainerUsage>>> usage();

 private:
  base::Result<api::core::v1::Pod> pod_now(const std::string& ns, const std::string& pod) const;
  base::Awaitable<base::Result<std::string>> running_container(const server::ExecRequest& request);

  const pods::PodManager& pods_;
  runtime::Runtime& runtime_;
};

}  // namespace node_agent
