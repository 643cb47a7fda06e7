#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>
#include "base/async.hpp"

/// etcd's v3 data model as the apiserver sees it. Source: etcd's API reference (KV, Watch, Lease services).
namespace storage {

using Revision = std::int64_t;
using LeaseId = std::int64_t;
/// Immutable bytes that the apiserver's cache may keep without copying.
using Bytes = std::shared_ptr<const std::string>;

struct KeyValue {
  std::string key;
  Bytes value;                 ///< Never null; empty for keys_only and for delete events.
  Revision create_revision = 0;
  Revision mod_revision = 0;
  std::int64_t version = 0;    ///< 1 after the create; 0: the key is absent.
  LeaseId lease = 0;
};

/// `range_end` empty: the one key; otherwise [key, range_end). See prefix_end.
struct RangeRequest {
  std::string key, range_end;
  std::int64_t limit = 0;      ///< 0: no limit.
  Revision revision = 0;       ///< 0: now.
  bool keys_only = false, count_only = false;
  bool serializable = false;   ///< True: may be stale, answered by the member that was asked.
};
struct RangeResponse {
  Revision revision = 0;       ///< The store's revision when it answered.
  std::vector<KeyValue> kvs;   ///< Ascending by key.
  std::int64_t count = 0;      ///< Keys in the range, without the limit.
  bool more = false;
};

struct Compare {
  enum class Target { version, create_revision, mod_revision, value, lease };
  enum class Result { equal, greater, less, not_equal };
  std::string key;
  Target target = Target::mod_revision;
  Result result = Result::equal;
  std::int64_t number = 0;     ///< For all targets but `value`.
  std::string value;
};

struct PutRequest { std::string key; std::string value; LeaseId lease = 0; bool prev_kv = false; };
struct DeleteRequest { std::string key, range_end; bool prev_kv = false; };

/// One operation of a transaction.
struct Operation {
  enum class Kind { put, remove, range } kind = Kind::put;
  PutRequest put;
  DeleteRequest remove;
  RangeRequest range;
};
/// The answer to the operation at the same index.
struct OperationResponse {
  RangeResponse range;         ///< For `range`.
  std::int64_t deleted = 0;    ///< For `remove`.
  std::vector<KeyValue> prev_kvs;
};
struct TxnRequest {
  std::vector<Compare> compares;            ///< All must hold for `success`.
  std::vector<Operation> success, failure;  ///< At most 128 each.
};
struct TxnResponse {
  Revision revision = 0;       ///< Also the mod_revision of every key the transaction wrote.
  bool succeeded = false;
  std::vector<OperationResponse> responses;
};

struct WatchRequest {
  std::string key, range_end;
  Revision start_revision = 0;  ///< First revision wanted; 0: from now on.
  bool prev_kv = false;
  bool progress_notify = false;
};
struct WatchEvent {
  bool removed = false;
  KeyValue kv;                 ///< For a delete: key and mod_revision only.
  KeyValue prev_kv;            ///< version 0: none.
};
/// All events of one or more whole revisions, in order. Without events: a progress mark, nothing up to `revision`
/// is still to come.
struct WatchBatch {
  Revision revision = 0;
  std::vector<WatchEvent> events;
};

/// Belongs to the strand that opened it.
class WatchStream {
 public:
  virtual ~WatchStream() = default;
  /// Errors: expired (the start revision was compacted: list again); unavailable (broken: watch again from the last
  /// revision + 1); cancelled.
  virtual base::Awaitable<base::Result<WatchBatch>> next() = 0;
  /// Asks for a progress mark at the store's current revision; it arrives through next().
  virtual base::Awaitable<base::Result<void>> request_progress() = 0;
};

/// A store with etcd's v3 semantics: `RemoteStore` (raft-store or etcd), `MemoryStore` (tests). Thread-safe.
/// Errors: unavailable (nothing was done), unknown_outcome (the write may or may not have happened), deadline_exceeded,
/// resource_exhausted (NOSPACE, request too large), expired (revision compacted), invalid_argument (revision in the
/// future), not_found (lease), cancelled.
class Store {
 public:
  virtual ~Store() = default;
  virtual base::Awaitable<base::Result<RangeResponse>> range(RangeRequest request) = 0;
  virtual base::Awaitable<base::Result<TxnResponse>> txn(TxnRequest request) = 0;
  virtual base::Awaitable<base::Result<std::unique_ptr<WatchStream>>> watch(WatchRequest request) = 0;
  /// Ids are the store's choice. TTL in seconds.
  virtual base::Awaitable<base::Result<LeaseId>> grant_lease(std::int64_t ttl) = 0;
  virtual base::Awaitable<base::Result<void>> keep_lease_alive(LeaseId id) = 0;
  virtual base::Awaitable<base::Result<void>> revoke_lease(LeaseId id) = 0;
  virtual base::Awaitable<base::Result<void>> compact(Revision revision) = 0;
};

/// The smallest key after every key that starts with `prefix`; "\0" (all keys) if there is none.
std::string prefix_end(std::string prefix);

}  // namespace storage
