#pragma once
#include <mutex>
#include "base/runtime.hpp"
#include "raft-store/gateway/auth.hpp"
#include "raft-store/gateway/cluster.hpp"
#include "raft-store/gateway/election.hpp"
#include "raft-store/gateway/health.hpp"
#include "raft-store/gateway/kv.hpp"
#include "raft-store/gateway/lease.hpp"
#include "raft-store/gateway/lock.hpp"
#include "raft-store/gateway/maintenance.hpp"
#include "raft-store/gateway/server_metrics.hpp"
#include "raft-store/gateway/snapshot.hpp"
#include "raft-store/gateway/watch.hpp"

namespace raft_store::gateway {

struct GatewayOptions {
  std::size_t request_bytes_max = 1'572'864;
  WatchServiceOptions watch;
  std::shared_ptr<http::TlsContext> peer_tls;  ///< To ask the leader. Null: plain HTTP (tests).
};

/// The store's face: etcd's v3 JSON gateway, the same messages in protobuf, health, metrics, version.
/// `serve` and `serve_peer` are handlers of servers and run on their connections' strands.
class Gateway {
 public:
  Gateway(base::Runtime& runtime, Parts parts, GatewayOptions options);

  /// For the servers on the client URLs.
  base::Awaitable<void> serve(http::Exchange& exchange);
  /// For the servers on the peer URLs: the replicator's requests, and calls that another member passes on to
  /// the leader.
  base::Awaitable<void> serve_peer(http::Exchange& exchange);

  void drain() { health_.drain(); }        ///< /readyz fails from now on.
  void end_streams() { closing_.open(); }  ///< Watches end; new ones at once.

 private:
  http::Response serve_get(const http::Request& request);
  std::string expose();

  base::metrics::Registry& registry_;
  Core core_;
  LeaderClient leader_;
  base::Latch closing_;
  KvService kv_;
  WatchService watch_;
  LeaseService lease_;
  MaintenanceService maintenance_;
  SnapshotService snapshot_;
  AuthService auth_;
  LockService lock_;
  ElectionService election_;
  ClusterService cluster_;
  Health health_;
  std::mutex metrics_mutex_;  ///< Guards the next one.
  ServerMetrics metrics_;
  Routes clients_, peers_;
};

}  // namespace raft_store::gateway
