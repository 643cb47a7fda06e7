#pragma once
#include <functional>
#include <memory>
#include <vector>
#include "apiserver/authorization/node_authorizer.hpp"
#include "apiserver/authorization/rbac.hpp"
#include "apiserver/service/cache_follower.hpp"

namespace apiserver {

/// Keeps what the authorizers decide by at the caches' side: roles and bindings, and the graph of what the
/// pods of each node refer to. Each change is told once; nothing is listed again unless a cache starts anew.
class PolicyFeed {
 public:
  /// `caches` outlives the feed. `on_cluster_role`: called on the feed's strand after a ClusterRole changed.
  PolicyFeed(cache::Caches& caches, std::shared_ptr<authorization::RbacPolicy> policy,
             std::shared_ptr<authorization::NodeGraph> graph, base::Executor strand,
             std::function<void()> on_cluster_role);

  void start();
  base::Awaitable<void> stop();
  /// Decisions can be relied on: everything was told at least once. From any thread.
  bool synced() const noexcept;

 private:
  void follow(std::string_view group, std::string_view resource, CacheFollower::Sink sink);
  CacheFollower::Sink rbac_sink(authorization::RbacPolicy::Kind kind);
  CacheFollower::Sink pod_sink();
  CacheFollower::Sink volume_sink();

  cache::Caches& caches_;
  const std::shared_ptr<authorization::RbacPolicy> policy_;
  const std::shared_ptr<authorization::NodeGraph> graph_;
  const base::Executor strand_;
  const std::function<void()> on_cluster_role_;
  std::vector<std::unique_ptr<CacheFollower>> followers_;
  base::TaskGroup tasks_;
};

}  // namespace apiserver
