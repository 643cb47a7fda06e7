#pragma once
#include <atomic>
#include <string>
#include <vector>
#include "base/async.hpp"
#include "base/metrics.hpp"
#include "raft-store/replication/replicator.hpp"

namespace raft_store::upkeep {

/// Gives back to the disk what deleted data takes, by RocksDB's full compaction, a few files at a time:
/// nobody waits for it, and the disk has to have room for one step at a time only. Thread-safe.
class Defragmenter {
 public:
  /// The replicator and the registry outlive it. `families`: those to compact, besides the log's.
  Defragmenter(replication::Replicator& replicator, std::vector<std::string> families, base::Executor pool,
               base::metrics::Registry& registry);
  /// One pass over everything. Errors: unavailable (one is under way; or this was cancelled between two
  /// steps), internal (RocksDB's words).
  base::Awaitable<base::Result<void>> run();

 private:
  base::Awaitable<base::Result<void>> run_steps();

  replication::Replicator& replicator_;
  std::vector<std::string> families_;
  const base::Executor pool_;
  base::metrics::Histogram& seconds_;
  base::metrics::Gauge& inflight_;
  std::atomic<bool> running_ = false;
};

}  // namespace raft_store::upkeep
