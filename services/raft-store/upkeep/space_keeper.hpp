#pragma once
#include <filesystem>
#include "base/async.hpp"
#include "raft-store/mvcc/store.hpp"
#include "raft-store/replication/replicator.hpp"
#include "raft-store/upkeep/quota.hpp"

namespace raft_store::upkeep {

/// Of the file system that holds `path`. Nothing if it cannot be asked.
std::optional<DiskSpace> disk_space(const std::filesystem::path& path);

/// Measures what the data takes and the disk has left, once a second, and raises the alarm NOSPACE for this
/// member before either runs out. The alarm goes when somebody takes it back; while there is still no room it
/// comes again at once. Belongs to the strand that `run` is on.
class SpaceKeeper {
 public:
  /// All outlive it. `pool` is for blocking work.
  SpaceKeeper(replication::Replicator& replicator, const mvcc::Store& store, Quota& quota,
              std::filesystem::path data_dir, base::Executor pool);
  /// Until cancelled.
  base::Awaitable<void> run();

 private:
  base::Awaitable<void> measure();
  base::Awaitable<void> raise_alarm();
  void warn_of_low_disk();

  replication::Replicator& replicator_;
  const mvcc::Store& store_;
  Quota& quota_;
  const std::filesystem::path data_dir_;
  const base::Executor pool_;
  std::optional<DiskSpace> disk_;
  int seconds_to_warning_ = 0;  ///< The disk's warning is repeated, but not every second.
};

}  // namespace raft_store::upkeep
