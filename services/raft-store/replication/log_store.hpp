#pragma once
#include <cstdint>
#include <optional>
#include <vector>
#include "base/error.hpp"
#include "raft-store/replication/open_database.hpp"
#include "raft/core.hpp"

namespace rocksdb {
class Snapshot;
}

namespace raft_store::replication {

/// Who this directory belongs to; checked at start so that a mixed-up directory cannot vote twice.
struct Identity {
  std::uint64_t cluster_id = 0;
  raft::NodeId id;
  /// Random, of these data: a member that lost them and begins anew has another one, by which its peers know
  /// it. 0: written by an earlier version.
  std::uint64_t incarnation = 0;
  friend bool operator==(const Identity&, const Identity&) = default;
};

/// The Raft log in its column family: identity, hard state, entries, what the log begins after, and what the
/// data covers. Every member blocks (disk). Not thread-safe for itself; `stamp_applied` may run beside
/// `write`.
///
/// Keys: "f" format, "i" identity, "h" hard state, "c" compacted, "a" applied, "e" + index (big-endian) an
/// entry.
class LogStore {
 public:
  explicit LogStore(OpenDatabasePtr database);

  /// None: the database is new.
  base::Result<std::optional<Identity>> identity() const;
  /// Changes the identity alone. Synced.
  base::Result<void> set_identity(const Identity& identity);
  /// Whether this program knows the form of what is here. Error: unsupported.
  base::Result<void> check_format() const;
  /// A new member's first write, synced. `start`: what the data holds already, the same at each member of the
  /// new cluster.
  base::Result<void> bootstrap(const Identity& identity, const raft::Membership& membership,
                               raft::EntryId start = {});
  /// What raft::Node starts from. Error: corrupt (a gap, an entry that cannot be decoded).
  base::Result<raft::Start> load();
  /// One write: the hard state and the entries, which replace all from the first one's index on. Synced if
  /// asked for.
  base::Result<void> write(const std::optional<raft::HardState>& hard_state,
                           const std::vector<raft::Entry>& entries, bool sync);
  /// Adds to a batch of applied commands what the data now covers.
  void stamp_applied(rocksdb::WriteBatch& batch, const raft::SnapshotMeta& applied) const;
  base::Result<raft::SnapshotMeta> applied() const;
  /// Drops the entries up to `upto.id.index`. Not synced: it may come undone.
  base::Result<void> compact(const raft::SnapshotMeta& upto);
  /// Makes a leader's database this member's: its own identity and hard state, an empty log after
  /// `applied()`. Synced.
  base::Result<void> adopt(const Identity& identity, const raft::HardState& hard_state);

  const OpenDatabasePtr& database() const noexcept { return database_; }

 private:
  base::Result<std::optional<std::string>> get(std::string_view key) const;
  base::Result<raft::SnapshotMeta> get_meta(std::string_view key) const;
  base::Result<void> commit(rocksdb::WriteBatch& batch, bool sync);

  OpenDatabasePtr database_;
  rocksdb::ColumnFamilyHandle* family_;
  raft::Index last_;        ///< Of the entries on disk.
  std::uint64_t instance_;  ///< Random; of the marks of synced writes (wal_damage.hpp).
  std::uint64_t last_mark_ = 0;
};

/// For backups, from a database in use, on any thread that may block.
struct LogPosition {
  Identity identity;
  raft::SnapshotMeta applied;  ///< What the data covers.
};
/// As `snapshot` shows it (null: now). Error: corrupt.
base::Result<LogPosition> read_position(const Database& database, const rocksdb::Snapshot* snapshot);
struct LoggedCommand {
  raft::Index index;
  std::string data;  ///< As the state machine gets it.
};
/// The commands with an index in (after, upto], which are committed. Errors: expired (the log does not have
/// them any more), corrupt.
base::Result<std::vector<LoggedCommand>> read_commands(const Database& database, raft::Index after,
                                                       raft::Index upto);

}  // namespace raft_store::replication
