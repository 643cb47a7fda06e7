#pragma once
#include "base/metrics.hpp"

/// What backups count. Thread-safe.
namespace raft_store::backup {

struct Metrics {
  explicit Metrics(base::metrics::Registry& registry);
  base::metrics::Counter& snapshots;          ///< Written and verified.
  base::metrics::Counter& snapshot_failures;  ///< Not written, or found damaged when read again.
  base::metrics::Gauge& snapshot_time;        ///< Of the newest; seconds since 1970.
  base::metrics::Gauge& snapshot_revision;
  base::metrics::Gauge& snapshot_bytes;
  base::metrics::Histogram& snapshot_seconds;  ///< With verifying it.
  base::metrics::Gauge& archive_revision;      ///< Up to which the log is archived.
  base::metrics::Counter& archive_bytes;
  base::metrics::Counter& archive_gaps;
  base::metrics::Counter& archive_failures;
};

}  // namespace raft_store::backup
