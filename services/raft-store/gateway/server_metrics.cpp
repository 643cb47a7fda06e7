#include "raft-store/gateway/server_metrics.hpp"
#include "raft-store/gateway/maintenance.hpp"

namespace raft_store::gateway {
namespace {

void raise(base::metrics::Counter& counter, std::uint64_t& seen, std::uint64_t now) {
  if (now > seen) counter.add(static_cast<double>(now - seen));
  seen = std::max(seen, now);
}

std::string hex(std::uint64_t id) {
  char text[17];
  std::snprintf(text, sizeof text, "%llx", static_cast<unsigned long long>(id));
  return text;
}

}  // namespace

ServerMetrics::ServerMetrics(const Core& core, base::metrics::Registry& registry)
    : core_(core),
      has_leader_(registry.gauge("etcd_server_has_leader", "Whether a leader is known.")),
      is_leader_(registry.gauge("etcd_server_is_leader", "Whether this member leads.")),
      is_learner_(registry.gauge("etcd_server_is_learner", "Whether this member is a learner.")),
      committed_(registry.gauge("etcd_server_proposals_committed_total", "Log entries committed.")),
      applied_(registry.gauge("etcd_server_proposals_applied_total", "Log entries applied.")),
      pending_(registry.gauge("etcd_server_proposals_pending", "Proposals under way.")),
      leader_changes_(registry.counter("etcd_server_leader_changes_seen_total", "Changes of leader seen.")),
      failed_(registry.counter("etcd_server_proposals_failed_total", "Proposals that were given up.")),
      size_(registry.gauge("etcd_mvcc_db_total_size_in_bytes", "Bytes on disk.")),
      size_in_use_(registry.gauge("etcd_mvcc_db_total_size_in_use_in_bytes", "Bytes of live data.")),
      revision_(registry.gauge("etcd_debugging_mvcc_current_revision", "The store's revision.")),
      compact_revision_(registry.gauge("etcd_debugging_mvcc_compact_revision", "Compacted up to.")),
      watchers_(registry.gauge("etcd_debugging_mvcc_watcher_total", "Watchers.")),
      slow_watchers_(registry.gauge("etcd_debugging_mvcc_slow_watcher_total", "Watchers behind.")),
      events_(registry.counter("etcd_debugging_mvcc_events_total", "Events given to watchers.")),
      keys_(registry.gauge("etcd_debugging_mvcc_keys_total", "Keys, about.")),
      put_bytes_(registry.gauge("etcd_debugging_mvcc_total_put_size_in_bytes", "Bytes put.")),
      quota_(registry.gauge("etcd_server_quota_backend_bytes",
                            "How large the data may grow: the quota, or what the disk allows.")),
      compacted_(registry.gauge("etcd_debugging_mvcc_db_compaction_last",
                                "Up to which revision old versions are gone from the disk.")),
      ranges_(registry.counter("etcd_mvcc_range_total", "Ranges read.")),
      puts_(registry.counter("etcd_mvcc_put_total", "Puts.")),
      deletes_(registry.counter("etcd_mvcc_delete_total", "Keys deleted.")),
      txns_(registry.counter("etcd_mvcc_txn_total", "Transactions of more than one write.")) {
  registry.gauge("etcd_server_version", "The version.", {{"server_version", kEtcdVersion}}).set(1);
  registry.gauge("etcd_cluster_version", "The cluster's version.", {{"cluster_version", "3.5"}}).set(1);
  registry.gauge("etcd_server_id", "The member's id.", {{"server_id", hex(core.member_id())}}).set(1);
}

void ServerMetrics::refresh() {
  refresh_raft();
  refresh_store();
  refresh_counts();
}

void ServerMetrics::refresh_raft() {
  const replication::ReplicatorStatus status = core_.parts.replicator.status();
  has_leader_.set(status.leader.value != 0);
  is_leader_.set(status.leader == status.id);
  is_learner_.set(status.learner);
  committed_.set(static_cast<double>(status.committed.value));
  applied_.set(static_cast<double>(status.applied.value));
  pending_.set(static_cast<double>(status.proposals_pending));
  raise(leader_changes_, leader_changes_seen_, status.leader_changes);
  raise(failed_, failed_seen_, status.proposals_failed);
}

void ServerMetrics::refresh_store() {
  const mvcc::StoreSize size = core_.parts.store.size();
  size_.set(static_cast<double>(size.total));
  size_in_use_.set(static_cast<double>(size.in_use));
  revision_.set(static_cast<double>(core_.parts.store.revision()));
  compact_revision_.set(static_cast<double>(core_.parts.store.compact_revision()));
  const mvcc::WatchHubStatus hub = core_.parts.hub.status();
  watchers_.set(static_cast<double>(hub.watchers));
  slow_watchers_.set(static_cast<double>(hub.slow_watchers));
  raise(events_, events_seen_, hub.events);
  keys_.set(static_cast<double>(core_.parts.store.keys_estimate()));
  compacted_.set(static_cast<double>(core_.parts.store.swept_revision()));
  if (core_.parts.quota) quota_.set(static_cast<double>(core_.parts.quota->limit()));
}

void ServerMetrics::refresh_counts() {
  const mvcc::StoreCounts now = core_.parts.store.counts();
  put_bytes_.set(static_cast<double>(now.put_bytes));
  raise(ranges_, counts_seen_.ranges, now.ranges);
  raise(puts_, counts_seen_.puts, now.puts);
  raise(deletes_, counts_seen_.deletes, now.deletes);
  raise(txns_, counts_seen_.txns, now.txns);
}

}  // namespace raft_store::gateway
