#pragma once
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>
#include "base/error.hpp"
#include "raft/log.hpp"

namespace rocksdb {
class ColumnFamilyHandle;
class DB;
class WriteBatch;
}  // namespace rocksdb

namespace raft_store::replication {

/// The open RocksDB of this member: the Raft log and the state machine's data in one, so that one write-ahead
/// log orders both. Thread-safe. Whoever may still read keeps a reference; the files go when the last one
/// does.
class Database {
 public:
  virtual ~Database() = default;
  virtual rocksdb::DB& db() const = 0;
  /// One of the names the state machine asked for. Lives as long as the Database.
  virtual rocksdb::ColumnFamilyHandle* family(std::string_view name) const = 0;
};
using DatabasePtr = std::shared_ptr<Database>;

/// What a command came to, for whoever proposed it on this member. The state machine derives its own.
class Outcome {
 public:
  virtual ~Outcome() = default;
};
using OutcomePtr = std::shared_ptr<const Outcome>;

/// A committed command. The bytes live until `apply` returns.
struct Command {
  raft::Index index;
  std::string_view data;
};

/// What the log drives: deterministic, so that every member that applied the same commands holds the same
/// data. `open`, `apply` and `published` are called on a thread that may block, never two at once, in the
/// order of the log.
class StateMachine {
 public:
  virtual ~StateMachine() = default;

  /// The column families it needs, besides RocksDB's default one. Asked once, before `open`.
  virtual std::vector<std::string> column_families() const = 0;

  /// Take up this database, whose data holds every command up to `applied`. Called at start, and again when a
  /// leader's snapshot has replaced the data: then all that was kept in memory is void, and the previous
  /// Database is let go of as soon as its readers are done. Error: corrupt; the member stops.
  virtual base::Result<void> open(DatabasePtr database, raft::Index applied) = 0;

  /// Adds the effects of the commands to `batch`, one outcome a command. Later commands see the effects of
  /// earlier ones, though none is in the database yet. A command that cannot be done is an outcome too. The
  /// batch then gets the applied index and is written, without a sync: the commands are durable in the log,
  /// and are given again from the stored applied index on if the write is lost.
  virtual std::vector<OutcomePtr> apply(std::span<const Command> commands, rocksdb::WriteBatch& batch) = 0;

  /// The batch of the last `apply` is in the database: readers and watchers may see it now. Proposers get
  /// their outcomes after this.
  virtual void published(raft::Index applied) = 0;
};

}  // namespace raft_store::replication
