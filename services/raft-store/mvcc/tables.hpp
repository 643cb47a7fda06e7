#pragma once
#include <rocksdb/db.h>
#include <atomic>
#include <map>
#include <memory>
#include <set>
#include "base/error.hpp"
#include "raft-store/mvcc/reader.hpp"
#include "raft-store/mvcc/recent_keys.hpp"
#include "raft-store/replication/state_machine.hpp"

/// For sources only: includes RocksDB.
namespace raft_store::mvcc {

/// The column families of one open database.
struct Tables {
  explicit Tables(replication::DatabasePtr database_);
  replication::DatabasePtr database;
  rocksdb::DB& db;
  rocksdb::ColumnFamilyHandle *versions, *revisions, *index, *meta;
  /// Up to which revision `sweep` has gone; on disk under kSweptKey.
  std::atomic<Revision> swept = 0;
  const std::unique_ptr<RecentKeys> recent;
};
using TablesPtr = std::shared_ptr<Tables>;

/// What the log has determined besides the keys, as of the last command applied: ahead of what is published.
struct Replicated {
  Revision revision = 1, compacted = 0;
  std::map<LeaseId, Lease> leases;
  std::set<std::pair<std::uint64_t, wire::AlarmType>> alarms;
};

/// Reads it, and what Tables keeps in memory; marks a new database with the format. Errors: corrupt,
/// unsupported (another format), internal.
base::Result<Replicated> load(Tables& tables);

/// What was published: a snapshot of the database and what it stands for. Immutable; from any thread.
class View final : public Reader {
 public:
  View(TablesPtr tables, Revision revision, Revision compacted);
  ~View() override;
  View(const View&) = delete;
  View& operator=(const View&) = delete;

  Revision revision() const override { return revision_; }
  Revision compacted() const override { return compacted_; }
  base::Result<void> scan(const Interval& range, Revision at, const Visit& visit) const override;
  base::Result<void> read(std::string_view key, Revision at, const Visit& visit) const;
  /// Reads no values if `at` is the current revision.
  base::Result<std::int64_t> count(const Interval& range, Revision at) const override;

  const TablesPtr& tables() const noexcept { return tables_; }
  /// Over the snapshot. `upper` (if not null) lives as long as the iterator, as does the view.
  std::unique_ptr<rocksdb::Iterator> iterate(rocksdb::ColumnFamilyHandle* family,
                                             const rocksdb::Slice* upper = nullptr) const;
  /// For a walk over all of it: reads ahead, and leaves the cache of blocks to others.
  std::unique_ptr<rocksdb::Iterator> walk(rocksdb::ColumnFamilyHandle* family) const;
  /// Calls `visit(key without the prefix, value)` for the entries of `meta` that begin with `prefix`.
  base::Result<void> scan_meta(
      const std::string& prefix,
      const std::function<void(std::string_view key, std::string_view value)>& visit) const;

 private:
  const TablesPtr tables_;
  const rocksdb::Snapshot* const snapshot_;
  const Revision revision_, compacted_;
};
using ViewPtr = std::shared_ptr<const View>;

}  // namespace raft_store::mvcc
