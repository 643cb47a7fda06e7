#include "raft-store/backup/metrics.hpp"

namespace raft_store::backup {

Metrics::Metrics(base::metrics::Registry& registry)
    : snapshots(registry.counter("raft_store_backup_snapshots_total", "Snapshots written and verified.")),
      snapshot_failures(
          registry.counter("raft_store_backup_snapshot_failures_total",
                           "Snapshots that could not be written, or were damaged when read again.")),
      snapshot_time(registry.gauge("raft_store_backup_last_snapshot_timestamp_seconds",
                                   "When the newest snapshot was taken.")),
      snapshot_revision(
          registry.gauge("raft_store_backup_last_snapshot_revision", "The newest snapshot's revision.")),
      snapshot_bytes(registry.gauge("raft_store_backup_last_snapshot_bytes", "The newest snapshot's size.")),
      snapshot_seconds(registry.histogram("raft_store_backup_snapshot_duration_seconds",
                                          "Time to write and verify a snapshot.",
                                          {0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3600})),
      archive_revision(
          registry.gauge("raft_store_backup_archived_revision", "Up to which the log is archived.")),
      archive_bytes(registry.counter("raft_store_backup_archived_bytes_total", "Bytes of log archived.")),
      archive_gaps(registry.counter("raft_store_backup_archive_gaps_total",
                                    "Times the archived log could not go on where it ended.")),
      archive_failures(registry.counter("raft_store_backup_archive_failures_total",
                                        "Failed writes of the archived log.")) {}

}  // namespace raft_store::backup
