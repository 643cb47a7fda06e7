#pragma once
#include <chrono>
#include <filesystem>
#include <memory>
#include "base/runtime.hpp"
#include "raft-store/backup/catalog.hpp"
#include "raft-store/mvcc/store.hpp"
#include "raft-store/replication/replicator.hpp"

namespace raft_store::backup {

struct BackupOptions {
  std::filesystem::path dir;                                  ///< --backup-dir
  std::chrono::nanoseconds interval = std::chrono::hours(1);  ///< --backup-interval, between two snapshots.
  Retention retention{24, {}};                                ///< --backup-retention, --backup-retention-age
  /// --backup-sync-interval: the archived log is on the backup disk at most so long after it was written. A
  /// power failure can lose that much of the archive (of the store it loses nothing); the next start finds
  /// out, and closes the gap from the Raft log or with a snapshot.
  std::chrono::nanoseconds sync_interval = std::chrono::seconds(1);
  std::size_t queue_bytes_max = 64 << 20;                          ///< Waits for the backup disk, at most.
  std::chrono::nanoseconds retry_after = std::chrono::seconds(5);  ///< What failed is tried again.
};

/// This member's backups: a snapshot every interval, verified by reading it again, and in between every
/// command as it is applied. What the backup disk does (full, slow, gone) never holds up the store: it shows
/// in the log, in the metrics, and in what `coxctl store backup list` says can be restored.
///
/// Works on threads of its own with low priority. All members on any executor.
class Backups {
 public:
  Backups(base::Runtime& runtime, mvcc::Store& store, BackupOptions options);
  ~Backups();

  /// What the replicator drives in the store's place. Lives as long as this.
  replication::StateMachine& machine();
  /// The replicator outlives `stop`.
  void start(replication::Replicator& replicator);
  /// After the replicator's: archives what is left, ends what is under way.
  base::Awaitable<void> stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace raft_store::backup
