#pragma once
#include <chrono>
#include <map>
#include <set>
#include <string>
#include <vector>
#include "base/clock.hpp"
#include "base/error.hpp"
#include "storage/store.hpp"

namespace storage {

/// etcd's data model in memory, without threads and I/O: what MemoryStore wraps, and the plain implementation
/// that the store on RocksDB is tested against. Keeps every revision since the last compaction.
class MemoryState {
 public:
  /// The first write gets `revision() + 1`; an empty store is at revision 1, as etcd's is.
  Revision revision() const noexcept { return revision_; }
  Revision compacted() const noexcept { return compacted_; }

  base::Result<RangeResponse> range(const RangeRequest& request) const;
  /// All or nothing; on an error nothing has changed.
  base::Result<TxnResponse> txn(const TxnRequest& request);
  /// Versions that no revision >= `revision` shows are dropped.
  base::Result<void> compact(Revision revision);

  /// The events of the watched keys in revisions [from, revision()], whole revisions, at least one revision's
  /// and then no more than `events_max`. `WatchBatch::revision`: all up to it has been looked at. Errors:
  /// expired when `from` is below the compacted revision.
  base::Result<WatchBatch> events(const WatchRequest& request, Revision from, std::size_t events_max) const;

  LeaseId grant(std::int64_t ttl, base::SteadyTime now);
  base::Result<void> keep_alive(LeaseId id, base::SteadyTime now);
  base::Result<void> revoke(LeaseId id);
  /// Revokes what ended by `now`; true if there was any.
  bool expire(base::SteadyTime now);
  /// When the next lease ends; max() if there is none.
  base::SteadyTime next_expiry() const;

 private:
  /// A state of a key: `version` 0 is a tombstone.
  using History = std::vector<KeyValue>;
  struct Lease {
    std::int64_t ttl;
    base::SteadyTime ends;
    std::set<std::string> keys;
  };

  const KeyValue* at(const History& history, Revision revision) const;
  const KeyValue* current(const std::string& key) const;
  bool holds(const Compare& compare) const;
  base::Result<void> check(const std::vector<Operation>& operations) const;
  OperationResponse run(const Operation& operation, Revision write_revision);
  void put(const PutRequest& request, Revision at, OperationResponse& response);
  void remove(const DeleteRequest& request, Revision at, OperationResponse& response);
  void detach(const KeyValue& kv);
  std::vector<std::string> live_keys(const std::string& key, const std::string& range_end) const;

  Revision revision_ = 1;
  Revision compacted_ = 0;
  std::map<std::string, History> keys_;
  std::map<Revision, std::vector<WatchEvent>> events_;  ///< Revisions >= compacted_ with events in order.
  LeaseId last_lease_ = 0;
  std::map<LeaseId, Lease> leases_;
};

/// True if `key` lies in what (key, range_end) of a request means.
bool in_range(std::string_view key, std::string_view begin, std::string_view range_end);

}  // namespace storage
