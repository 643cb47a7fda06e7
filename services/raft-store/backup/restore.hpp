#pragma once
#include <filesystem>
#include <string>
#include <vector>
#include "raft-store/backup/catalog.hpp"

/// Makes a data directory for a member of a new cluster out of backups. Everything blocks.
namespace raft_store::backup {

/// Who the member will be; the names are those of etcd's `snapshot restore`, the defaults raft-store's.
struct RestoreOptions {
  std::filesystem::path data_dir;                      ///< --data-dir; empty: NAME.etcd.
  std::string name = "default";                        ///< --name
  std::vector<std::string> initial_cluster;            ///< --initial-cluster; empty: this member alone.
  std::string initial_cluster_token = "etcd-cluster";  ///< --initial-cluster-token
  std::vector<std::string> initial_advertise_peer_urls{"https://127.0.0.1:2380"};
  bool skip_hash_check = false;  ///< Go on though the SHA-256 of the whole file is missing or does not match.
  /// --bump-revision: the restored store goes on so many revisions later, so that none is used twice that a
  /// client of the old cluster may have seen. Needs `mark_compacted`, and that needs it: watches from before
  /// are then told to begin anew.
  std::uint64_t bump_revision = 0;
  bool mark_compacted = false;
};

struct Restored {
  std::filesystem::path data_dir;
  SnapshotHeader from;                          ///< The snapshot.
  Revision revision = 0;                        ///< Of the restored store.
  std::uint64_t commands = 0;                   ///< Of the archived log, done again.
  std::uint64_t cluster_id = 0, member_id = 0;  ///< The new ones.
};

/// The data of the snapshot. Every member of the new cluster is restored from the same file. Leases are kept
/// (the new leader gives each its full time), alarms are not: they name members of the old cluster. The data
/// directory appears when all is done and verified; what fails leaves none. Errors: invalid_argument (an
/// option), already_exists (the directory is not empty), corrupt, cancelled, those of the disk.
base::Result<Restored> restore_snapshot(const std::filesystem::path& snapshot, const RestoreOptions& options,
                                        const Progress& progress = {});

/// The data as it was when `revision` was reached. Errors besides: those of plan_recovery.
base::Result<Restored> restore_revision(const Catalog& catalog, Revision revision,
                                        const RestoreOptions& options, const Progress& progress = {});

}  // namespace raft_store::backup
