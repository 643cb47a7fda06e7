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
};

struct PeerMetrics {
  PeerMetrics(base::metrics::Registry& registry, raft::NodeId peer);
  base::metrics::Counter& sent_bytes;
  base::metrics::Counter& sent_failures;
  base::metrics::Counter& received_bytes;
  base::metrics::Histogram& round_trip;
};

}  // namespace raft_store::replication
