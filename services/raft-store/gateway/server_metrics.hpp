#pragma once
#include "base/metrics.hpp"
#include "raft-store/gateway/core.hpp"

namespace raft_store::gateway {

/// The numbers of the member itself, by etcd's names; read when they are asked for. One caller at a time.
class ServerMetrics {
 public:
  ServerMetrics(const Core& core, base::metrics::Registry& registry);
  void refresh();

 private:
  void refresh_raft();
  void refresh_store();
  void refresh_counts();

  const Core& core_;
  base::metrics::Gauge &has_leader_, &is_leader_, &is_learner_, &committed_, &applied_, &pending_;
  base::metrics::Counter &leader_changes_, &failed_;
  base::metrics::Gauge &size_, &size_in_use_, &revision_, &compact_revision_;
  base::metrics::Gauge &watchers_, &slow_watchers_;
  base::metrics::Counter& events_;
  base::metrics::Gauge &keys_, &put_bytes_, &quota_, &compacted_;
  base::metrics::Counter &ranges_, &puts_, &deletes_, &txns_;
  std::uint64_t leader_changes_seen_ = 0, failed_seen_ = 0, events_seen_ = 0;
  mvcc::StoreCounts counts_seen_;
};

}  // namespace raft_store::gateway
