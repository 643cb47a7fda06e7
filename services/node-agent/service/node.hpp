#pragma once
#include <memory>
#include <string>
#include "base/async.hpp"
#include "base/clock.hpp"
#include "client/rest.hpp"
#include "node-agent/host/runtime_host.hpp"
#include "node-agent/node/reporter.hpp"
#include "node-agent/runtime/runtime.hpp"
#include "node-agent/service/metrics.hpp"
#include "node-agent/service/pod_access.hpp"

namespace node_agent {

/// What a node runs on. `clock` and `metrics` outlive it.
struct NodeContext {
  base::Executor strand;  ///< Of this node alone.
  base::Executor blocking_pool;
  std::shared_ptr<client::RestClient> rest;
  const base::Clock& clock;
  AgentMetrics& metrics;
};

struct NodeConfig {
  node::NodeSettings settings;
  node::ReporterOptions reporter;
  host::HostOptions host;  ///< With an empty root nothing is written and no Service is watched: hollow.
};

/// One node, with everything that is its own: registration and heartbeats, the pods bound to it and their
/// workers, the host they work on, the statuses and events they write. A process holds one, or many hollow
/// ones. Belongs to its strand, but for what is said to be callable from any thread.
class Node {
 public:
  Node(NodeContext context, NodeConfig config, std::shared_ptr<runtime::Runtime> runtime);
  ~Node();

  const std::string& name() const noexcept;  ///< From any thread.
  base::Executor strand() const;             ///< From any thread.
  bool synced() const noexcept;              ///< The pods of this node have been read. From any thread.
  /// When its strand last found time. From any thread.
  base::SteadyTime last_alive() const noexcept;

  /// Takes up what runs, registers, and runs pods until `stop`.
  void start();
  /// Leaves every pod running: nothing new is begun, statuses are written for at most two seconds more, and
  /// everything is let go of. Once, after `start`.
  base::Awaitable<void> stop();

  PodAccess& pods() noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace node_agent
