#include "raft-store/replication/metrics.hpp"
#include <cstdio>

namespace raft_store::replication {
namespace {

std::vector<double> doubling(double first, int count) {
  std::vector<double> bounds;
  for (; count > 0; --count, first *= 2)
    bounds.push_back(first);
  return bounds;
}

std::string hex(raft::NodeId id) {
  char text[17];
  std::snprintf(text, sizeof text, "%llx", static_cast<unsigned long long>(id.value));
  return text;
}

}  // namespace

DiskMetrics::DiskMetrics(base::metrics::Registry& registry)
    : log_sync(registry.histogram("etcd_disk_wal_fsync_duration_seconds", "Synced writes of the log.",
                                  doubling(0.001, 14))),
      commit(registry.histogram("etcd_disk_backend_commit_duration_seconds", "Writes of applied batches.",
                                doubling(0.001, 14))),
      snapshot(registry.histogram("etcd_disk_backend_snapshot_duration_seconds", "Checkpoints.",
                                  doubling(0.01, 17))) {}

DelayMetrics::DelayMetrics(base::metrics::Registry& registry)
    : heartbeat_failures(registry.counter("etcd_server_heartbeat_send_failures_total",
                                          "Heartbeats that a leader sent late.")),
      slow_applies(registry.counter("etcd_server_slow_apply_total", "Batches applied slowly.")),
      slow_reads(registry.counter("etcd_server_slow_read_indexes_total",
                                  "Rounds for linearizable reads that were not confirmed in time.")),
      failed_reads(registry.counter("etcd_server_read_indexes_failed_total",
                                    "Linearizable reads that were given up.")) {}

PeerMetrics::PeerMetrics(base::metrics::Registry& registry, raft::NodeId self, raft::NodeId peer)
    : sent_bytes(registry.counter("etcd_network_peer_sent_bytes_total", "Bytes of Raft messages to peers.",
                                  {{"To", hex(peer)}})),
      sent_failures(registry.counter("etcd_network_peer_sent_failures_total",
                                     "Requests to peers that were not answered.", {{"To", hex(peer)}})),
      received_bytes(registry.counter("etcd_network_peer_received_bytes_total",
                                      "Bytes of Raft messages from peers.", {{"From", hex(peer)}})),
      round_trip(registry.histogram("etcd_network_peer_round_trip_time_seconds",
                                    "From a request to a peer to its answer.", doubling(0.0001, 16),
                                    {{"To", hex(peer)}})),
      active(registry.gauge("etcd_network_active_peers", "Peers that answer.",
                            {{"Local", hex(self)}, {"Remote", hex(peer)}})) {}

}  // namespace raft_store::replication
