#pragma once
#include "base/async.hpp"
#include "raft-store/mvcc/store.hpp"
#include "raft-store/replication/replicator.hpp"
#include "raft-store/upkeep/auto_compaction.hpp"

namespace raft_store::upkeep {

/// Compacts by the rule while this member leads. Belongs to the strand that `run` is on.
class Compactor {
 public:
  /// All outlive it. The rule is not off.
  Compactor(AutoCompactionRule rule, replication::Replicator& replicator, const mvcc::Store& store)
      : rule_(rule), replicator_(replicator), store_(store) {}
  /// Until cancelled.
  base::Awaitable<void> run();

 private:
  /// True if the history is compacted there, by this call or before.
  base::Awaitable<bool> compact(Revision revision);

  const AutoCompactionRule rule_;
  replication::Replicator& replicator_;
  const mvcc::Store& store_;
};

}  // namespace raft_store::upkeep
