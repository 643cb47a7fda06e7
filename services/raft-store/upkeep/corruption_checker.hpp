#pragma once
#include <chrono>
#include <memory>
#include "base/async.hpp"
#include "http/tls.hpp"
#include "raft-store/mvcc/store.hpp"
#include "raft-store/replication/replicator.hpp"
#include "raft-store/upkeep/corruption.hpp"

namespace raft_store::upkeep {

struct CorruptionCheckOptions {
  bool at_start = false;              ///< --experimental-initial-corrupt-check
  std::chrono::nanoseconds every{0};  ///< --experimental-corrupt-check-time; 0: off.
  bool after_compaction = false;      ///< --experimental-compact-hash-check-enabled
  std::chrono::nanoseconds after_compaction_every = std::chrono::minutes(1);
  std::shared_ptr<http::TlsContext> peer_tls;  ///< To ask the peers. Null: plain HTTP (tests).
};

/// Compares what the members hold by their checksums, and raises the alarm CORRUPT. Belongs to one strand.
///
/// A checksum reads all keys up to a revision on a thread of its own pool slot, past the cache of blocks;
/// requests go on meanwhile. The peers are asked one after the other.
class CorruptionChecker {
 public:
  /// All outlive it. `executor` is for the connections, `pool` for reading.
  CorruptionChecker(replication::Replicator& replicator, const mvcc::Store& store, base::Executor executor,
                    base::Executor pool, CorruptionCheckOptions options);

  /// Before this member serves anything: compares it with the peers that can be reached. Error: corrupt; it
  /// must not start.
  base::Awaitable<base::Result<void>> check_at_start();
  /// Until cancelled: while this member leads, compares all members every so often. Returns at once if that
  /// is off.
  base::Awaitable<void> run_regularly();
  /// The same after compactions, at the compacted revision: there a member holds least.
  base::Awaitable<void> run_after_compactions();

  /// One comparison of all; raises the alarms. For `run_regularly`, and tests.
  base::Awaitable<base::Result<Verdict>> check_members();
  /// One at the last compaction, if that was not compared yet.
  base::Awaitable<base::Result<Verdict>> check_compaction();

 private:
  base::Awaitable<base::Result<MemberHash>> own_hash(mvcc::Revision revision);
  base::Awaitable<base::Result<MemberHash>> ask(replication::Member peer, mvcc::Revision revision);
  base::Awaitable<std::vector<MemberHash>> ask_all(mvcc::Revision revision);
  base::Awaitable<void> raise_alarms(Verdict verdict);
  bool leads() const;

  replication::Replicator& replicator_;
  const mvcc::Store& store_;
  const base::Executor executor_, pool_;
  const CorruptionCheckOptions options_;
  mvcc::Revision compaction_checked_ = 0;  ///< The last one that all members were compared at.
};

}  // namespace raft_store::upkeep
