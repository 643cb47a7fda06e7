#pragma once
#include <map>
#include <optional>
#include <set>
#include "controllers/frame/controller.hpp"
#include "controllers/nodelifecycle/taints.hpp"
#include "controllers/workload/pod.hpp"

namespace controllers::nodelifecycle {

Descriptor descriptor();

/// Listens to every node's heartbeats (status and Lease) once in --node-monitor-period: a silent node's
/// conditions become Unknown, the pods of a node that is not ready become not ready, and its taints follow
/// its conditions. NoExecute taints, which evict pods, are given out at the rate of the zone's state; while
/// every zone is wholly down none are, for then it is more likely we who are cut off.
class NodeLoop final : public Loop {
 public:
  explicit NodeLoop(const Context& context);
  void start() override;
  base::Awaitable<void> stop() override;
  /// Brings one node's taints in line with its conditions.
  base::Awaitable<base::Result<client::ReconcileResult>> reconcile(std::string key) override;
  /// One look at all nodes.
  base::Awaitable<void> monitor();

 private:
  using NodePtr = std::shared_ptr<const Node>;
  struct Zone {
    std::vector<NodePtr> nodes;
    int ready = 0, not_ready = 0;
    ZoneState state = ZoneState::normal;
  };

  base::Awaitable<void> run_monitor();
  base::Awaitable<void> judge(NodePtr node);
  base::Awaitable<void> mark_pods_not_ready(NodePtr node);
  void pace_evictions();
  std::map<std::string, Zone> zones() const;
  void stop_evictions(const std::map<std::string, Zone>& zones);
  void start_evictions(const std::map<std::string, Zone>& zones);
  double eviction_rate(const Zone& zone) const noexcept;

  client::Informer<Node>& nodes_;
  client::Informer<Lease>& leases_;
  client::Informer<workload::Pod>& pods_;
  std::map<std::string, Heartbeat> heartbeats_;  ///< By node; only of nodes that exist.
  std::set<std::string> evicting_;               ///< Nodes that were granted their NoExecute taint.
  std::map<std::string, Pacer> pacers_;          ///< By zone.
  std::set<std::string> pods_marked_;            ///< Nodes whose pods were marked since they were last ready.
  bool all_down_ = false;
  base::TaskGroup monitor_;
};

}  // namespace controllers::nodelifecycle
