#pragma once
#include <cstdint>
#include "base/metrics.hpp"
#include "raft/log.hpp"

/// What replication counts, by etcd's names (shared/reference/metrics.md). Thread-safe.
namespace raft_store::replication {

struct DiskMetrics {
  explicit DiskMetrics(base::metrics::Registry& registry);
  base::metrics::Histogram& log_sync;  ///< One synced write of the log.
  base::metrics::Histogram& commit;    ///< One batch of applied commands handed to the database.
  base::metrics::Histogram& snapshot;  ///< One checkpoint for a peer.
};

/// What comes later than it should, or not at all.
struct DelayMetrics {
  explicit DelayMetrics(base::metrics::Registry& registry);
  base::metrics::Counter& heartbeat_failures;  ///< A leader's tick came more than an interval late.
  base::metrics::Counter& slow_applies;        ///< A batch that took longer than etcd's 100 ms.
  base::metrics::Counter& slow_reads;          ///< A round for reads that had to be begun again.
  base::metrics::Counter& failed_reads;
};

struct PeerMetrics {
  PeerMetrics(base::metrics::Registry& registry, raft::NodeId self, raft::NodeId peer);
  base::metrics::Counter& sent_bytes;
  base::metrics::Counter& sent_failures;
  base::metrics::Counter& received_bytes;
  base::metrics::Histogram& round_trip;
  base::metrics::Gauge& active;  ///< 1 while the peer answers.
};

}  // namespace raft_store::replication
