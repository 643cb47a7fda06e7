#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>
#include "base/error.hpp"
#include "raft-store/mvcc/publication.hpp"
#include "raft-store/replication/state_machine.hpp"
#include "storage/range_writer.hpp"

namespace raft_store::mvcc {

struct StoreSize {
  /// Bytes on disk, what is not yet flushed included. Without the Raft log, as etcd counts.
  std::uint64_t total = 0;
  std::uint64_t in_use = 0;  ///< Of these, about what live data takes.
};

/// What this member has done since it started, for etcd's metrics.
struct StoreCounts {
  std::uint64_t ranges = 0, puts = 0, deletes = 0;
  std::uint64_t txns = 0;  ///< Those of more than one write.
  std::uint64_t put_bytes = 0;
};

/// A checksum over what a member holds logically; equal on all members for equal revisions.
struct HashKv {
  std::uint32_t hash = 0;
  Revision hash_revision = 0, compact_revision = 0;
};

/// Bounds of one step of reading history.
struct HistoryRequest {
  std::string key, range_end;
  Revision from = 0;              ///< The first revision wanted.
  std::size_t events_max = 1000;  ///< Stops after the whole revision that reaches one of these,
  std::size_t bytes_max = 1 << 20;
  std::size_t revisions_max = 50'000;  ///< or when it has looked at so many.
};
struct History {
  std::vector<EventPtr> events;
  Revision upto = 0;      ///< Every event of the range in [from, upto] is in `events`.
  Revision revision = 0;  ///< The store's; equal to `upto` when there is no more.
};

/// etcd's v3 data model on RocksDB: revisions, leases and alarms, driven by the log.
///
/// Reads may be called from any thread and block for the disk at most; each sees exactly what was published
/// last, whatever is being applied meanwhile. apply, open and published: see StateMachine.
class Store final : public replication::StateMachine {
 public:
  Store();
  ~Store() override;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  /// Before `open`. The listener outlives the store, or at least its last `published`.
  void add_listener(Listener& listener);

  // StateMachine
  std::vector<std::string> column_families() const override;
  base::Result<void> open(replication::DatabasePtr database, raft::Index applied) override;
  std::vector<replication::OutcomePtr> apply(std::span<const replication::Command> commands,
                                             rocksdb::WriteBatch& batch) override;
  void published(raft::Index applied) override;

  /// Of the last write; 1 when nothing was ever written. After `open`, as everything below.
  Revision revision() const;
  /// What lies below cannot be read; 0 if there was no compaction.
  Revision compact_revision() const;

  /// Every option of etcd's range. The header has the store's revision. Errors: those of `check`, compacted,
  /// future_revision.
  base::Result<wire::RangeResponse> range(const wire::RangeRequest& request) const;
  /// The same, encoded. `header` is completed with the revision.
  base::Result<std::string> range(const wire::RangeRequest& request, wire::ResponseHeader header,
                                  wire::RangeWriter::Form form) const;
  /// A transaction that only reads (is_read_only), at one revision. Errors: as range.
  base::Result<wire::TxnResponse> txn(const wire::TxnRequest& request) const;

  /// The next events of a key range, whole revisions, oldest first. A `from` above the store's revision gives
  /// none and upto = revision. `prev_kv` is there unless it was compacted. Error: compacted (from <
  /// compact_revision).
  base::Result<History> history(const HistoryRequest& request) const;

  // A database that cannot be read ends the process in the following ones.
  std::optional<Lease> lease(LeaseId id) const;
  std::vector<Lease> leases() const;                      ///< Ascending by id.
  std::vector<std::string> lease_keys(LeaseId id) const;  ///< Ascending; empty if there is no such lease.

  std::vector<wire::AlarmMember> alarms() const;

  StoreSize size() const;
  StoreCounts counts() const;
  /// About how many keys are alive.
  std::uint64_t keys_estimate() const;
  /// Reads everything up to `revision` (0: now). Errors: compacted, future_revision.
  base::Result<HashKv> hash_kv(Revision revision) const;

  /// Up to which compaction the versions that nobody can see any more are gone from this member's disk.
  Revision swept_revision() const;
  /// Drops some of them: at most about `changes_max` changes' worth. True if there is more to do. One caller
  /// at a time (see Sweeper). Error: internal (RocksDB's words).
  base::Result<bool> sweep(std::size_t changes_max);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace raft_store::mvcc
