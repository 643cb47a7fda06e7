#pragma once
#include "base/async.hpp"
#include "raft-store/mvcc/lessor.hpp"
#include "raft-store/replication/replicator.hpp"

namespace raft_store {

/// Tells the lessor whether this member leads, and while it does puts the end of leases through the log, and
/// now and then what is left of them.
/// Belongs to one strand.
class LeaseKeeper {
 public:
  LeaseKeeper(base::Executor strand, replication::Replicator& replicator, mvcc::Lessor& lessor)
      : replicator_(replicator), lessor_(lessor), revoking_(strand, "lease revokes") {}
  /// Until cancelled. Once.
  base::Awaitable<void> run();
  base::Awaitable<void> stop();  ///< After `run` has ended.

 private:
  base::Awaitable<void> follow();
  base::Awaitable<bool> still_leads(raft::Term term);
  base::Awaitable<void> revoke_expired();
  base::Awaitable<void> tell_remaining();

  replication::Replicator& replicator_;
  mvcc::Lessor& lessor_;
  raft::Term term_;  ///< In which the lessor was promoted.
  base::TaskGroup revoking_;
};

}  // namespace raft_store
