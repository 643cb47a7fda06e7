#pragma once
#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>
#include "raft-store/backup/segment.hpp"
#include "raft-store/backup/snapshot_file.hpp"

/// What lies in a backup directory, and what can be done with it.
///
///   DIR/CLUSTER-ID/snapshot-REVISION-INDEX   a verified snapshot
///   DIR/CLUSTER-ID/log-INDEX                 a segment that begins after this index of the log
///   DIR/CLUSTER-ID/lock                      held by the member that writes here
///
/// Each cluster has a folder of its own, so that one that was restored does not mix with what it came from.
namespace raft_store::backup {

struct StoredSnapshot {
  std::filesystem::path path;
  SnapshotSummary summary;            ///< Of a damaged one only revision and index, by its name.
  std::optional<base::Error> damage;  ///< As far as it shows without reading all of it.
};
struct StoredSegment {
  std::filesystem::path path;
  SegmentSpan span;  ///< Of a damaged one only where it begins, by its name.
  std::optional<base::Error> damage;
};
/// Of one cluster. Both ascending.
struct Catalog {
  std::uint64_t cluster_id = 0;
  std::filesystem::path path;
  std::vector<StoredSnapshot> snapshots;
  std::vector<StoredSegment> segments;
};

std::filesystem::path cluster_path(const std::filesystem::path& dir, std::uint64_t cluster_id);
std::filesystem::path snapshot_path(const std::filesystem::path& cluster, const SnapshotHeader& header);
std::filesystem::path segment_path(const std::filesystem::path& cluster, raft::Index after);

/// Every cluster's. Blocks. Error: not_found (no such directory), internal.
base::Result<std::vector<Catalog>> read_catalogs(const std::filesystem::path& dir);
/// Of one cluster's folder.
base::Result<Catalog> read_catalog(const std::filesystem::path& cluster_path);

/// A range of revisions, both ends included, each of which can be restored.
struct Restorable {
  Revision from = 0, upto = 0;
  friend bool operator==(const Restorable&, const Restorable&) = default;
};
/// Ascending, apart from each other.
std::vector<Restorable> restorable(const Catalog& catalog);

/// How to get at a revision: a snapshot, and the segments whose commands lead from there to it.
struct RecoveryPlan {
  StoredSnapshot snapshot;
  std::vector<StoredSegment> segments;  ///< Empty if the snapshot is at the revision.
};
/// From the newest sound snapshot at or below it. Error: not_found, with what can be restored.
base::Result<RecoveryPlan> plan_recovery(const Catalog& catalog, Revision revision);

/// Which snapshots stay. 0: no such limit.
struct Retention {
  std::size_t count = 0;
  std::chrono::nanoseconds age{0};
};
/// What may go: snapshots past a limit, but never the newest sound one, and the segments that only led on
/// from those.
std::vector<std::filesystem::path> expired(const Catalog& catalog, const Retention& retention,
                                           base::SystemTime now);

}  // namespace raft_store::backup
