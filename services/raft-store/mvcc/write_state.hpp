#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>
#include "raft-store/mvcc/tables.hpp"

namespace rocksdb {
class WriteBatch;
}

namespace raft_store::mvcc {

/// The keys while a run of commands is being applied: what is in the database, and over it what the batch
/// will add. Each key is read from the database at most once. One thread.
class WriteState final : public Reader {
 public:
  /// All of them outlive it. Nothing else changes the database's keys meanwhile, but for the sweep, whose
  /// deletions do not show.
  WriteState(const Tables& tables, Replicated& replicated, rocksdb::WriteBatch& batch,
             Publication& publication);
  ~WriteState() override;

  /// Within a transaction that has written something, the revision it makes.
  Revision revision() const override { return replicated_.revision + (record_.empty() ? 0 : 1); }
  Revision compacted() const override { return replicated_.compacted; }
  base::Result<void> scan(const Interval& range, Revision at, const Visit& visit) const override;

  /// The revision that what is written now belongs to.
  Revision write_revision() const { return replicated_.revision + 1; }
  const Replicated& replicated() const { return replicated_; }

  /// The key as it is now; nothing if it is absent.
  std::optional<wire::KeyValue> get(std::string_view key);
  void put(std::string_view key, storage::Bytes value, LeaseId lease);
  /// The key is not absent.
  void remove(std::string_view key);
  /// Ends the transaction: its changes become a revision. Nothing if there was none.
  void commit();

  void compact(Revision revision);
  void grant(Lease lease);
  /// The lease is there.
  void checkpoint(LeaseId id, std::int64_t remaining);
  /// The lease itself; its keys are removed before.
  void drop_lease(LeaseId id);
  std::vector<std::string> attached_keys(LeaseId id) const;  ///< Ascending.
  void set_alarm(const wire::AlarmMember& alarm, bool active);
  /// Adds the revision to the batch. Last.
  void finish();

 private:
  using Record = RecentKeys::Record;
  struct Entry {
    bool loaded = false;
    std::optional<Record> stored;  ///< The live version in the database, if `loaded`.
    std::vector<Record> newer;     ///< Ascending.
  };
  Entry& load(std::string_view key);
  static const Record* current(const Entry& entry);
  static const Record* newer_at(const Entry& entry, Revision at);
  static wire::KeyValue key_value(std::string_view key, const Record& record);
  rocksdb::Iterator& versions() const;
  void write_version(std::string_view key, const Record& record);
  void note_change(std::string_view key, const Record* previous, const Record& next);
  void attach(LeaseId id, std::string_view key, bool attached);

  const Tables& tables_;
  Replicated& replicated_;
  rocksdb::WriteBatch& batch_;
  Publication& publication_;
  const bool recent_is_now_;  ///< What was published last is what the database holds.
  const Revision base_revision_;
  mutable std::unique_ptr<rocksdb::Iterator> versions_;  ///< Made when first needed.
  std::map<std::string, Entry, std::less<>> entries_;
  std::map<LeaseId, std::map<std::string, bool, std::less<>>> attachments_;  ///< As the batch changes them.
  std::string record_;            ///< Of the revision being written.
  std::vector<EventPtr> events_;  ///< Of it.
};

/// For what cannot be undone or skipped on this thread: ends the process, as a member that cannot read its
/// data must not go on.
void or_die(const base::Result<void>& result);

}  // namespace raft_store::mvcc
