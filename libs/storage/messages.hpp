#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>
#include "storage/store.hpp"

/// etcd's v3 messages as they go over the wire, with etcd's field numbers and names. Each struct describes
/// its fields once, to whichever codec asks (codec.hpp). Source: etcd's api/etcdserverpb/rpc.proto and
/// api/mvccpb/kv.proto.
namespace storage::wire {

enum class SortOrder { none, ascend, descend };
enum class SortTarget { key, version, create, mod, value };
enum class CompareResult { equal, greater, less, not_equal };
enum class CompareTarget { version, create, mod, value, lease };
enum class EventType { put, remove };
enum class FilterType { noput, nodelete };
enum class AlarmAction { get, activate, deactivate };
enum class AlarmType { none, nospace, corrupt };
enum class DowngradeAction { validate, enable, cancel };

constexpr std::array<const char*, 3> names(SortOrder) {
  return {"NONE", "ASCEND", "DESCEND"};
}
constexpr std::array<const char*, 5> names(SortTarget) {
  return {"KEY", "VERSION", "CREATE", "MOD", "VALUE"};
}
constexpr std::array<const char*, 4> names(CompareResult) {
  return {"EQUAL", "GREATER", "LESS", "NOT_EQUAL"};
}
constexpr std::array<const char*, 5> names(CompareTarget) {
  return {"VERSION", "CREATE", "MOD", "VALUE", "LEASE"};
}
constexpr std::array<const char*, 2> names(EventType) {
  return {"PUT", "DELETE"};
}
constexpr std::array<const char*, 2> names(FilterType) {
  return {"NOPUT", "NODELETE"};
}
constexpr std::array<const char*, 3> names(AlarmAction) {
  return {"GET", "ACTIVATE", "DEACTIVATE"};
}
constexpr std::array<const char*, 3> names(AlarmType) {
  return {"NONE", "NOSPACE", "CORRUPT"};
}
constexpr std::array<const char*, 3> names(DowngradeAction) {
  return {"VALIDATE", "ENABLE", "CANCEL"};
}

/// A struct's `fields` calls the visitor once a field: `v(number, name, member)`, or `v.text(...)` where a
/// std::string is text and not bytes (it matters in JSON: bytes are base64).
#define COX_FIELDS               \
  template <class Self, class V> \
  static void fields([[maybe_unused]] Self& m, [[maybe_unused]] V& v)

struct KeyValue {
  std::string key;
  std::int64_t create_revision = 0, mod_revision = 0, version = 0;
  Bytes value;  ///< Null is empty.
  std::int64_t lease = 0;
  COX_FIELDS {
    v(1, "key", m.key);
    v(2, "create_revision", m.create_revision);
    v(3, "mod_revision", m.mod_revision);
    v(4, "version", m.version);
    v(5, "value", m.value);
    v(6, "lease", m.lease);
  }
};

struct Event {
  EventType type = EventType::put;
  std::optional<KeyValue> kv, prev_kv;
  COX_FIELDS {
    v(1, "type", m.type);
    v(2, "kv", m.kv);
    v(3, "prev_kv", m.prev_kv);
  }
};

struct ResponseHeader {
  std::uint64_t cluster_id = 0, member_id = 0;
  std::int64_t revision = 0;
  std::uint64_t raft_term = 0;
  COX_FIELDS {
    v(1, "cluster_id", m.cluster_id);
    v(2, "member_id", m.member_id);
    v(3, "revision", m.revision);
    v(4, "raft_term", m.raft_term);
  }
};

struct RangeRequest {
  std::string key, range_end;
  std::int64_t limit = 0, revision = 0;
  SortOrder sort_order = SortOrder::none;
  SortTarget sort_target = SortTarget::key;
  bool serializable = false, keys_only = false, count_only = false;
  std::int64_t min_mod_revision = 0, max_mod_revision = 0, min_create_revision = 0, max_create_revision = 0;
  COX_FIELDS {
    v(1, "key", m.key);
    v(2, "range_end", m.range_end);
    v(3, "limit", m.limit);
    v(4, "revision", m.revision);
    v(5, "sort_order", m.sort_order);
    v(6, "sort_target", m.sort_target);
    v(7, "serializable", m.serializable);
    v(8, "keys_only", m.keys_only);
    v(9, "count_only", m.count_only);
    v(10, "min_mod_revision", m.min_mod_revision);
    v(11, "max_mod_revision", m.max_mod_revision);
    v(12, "min_create_revision", m.min_create_revision);
    v(13, "max_create_revision", m.max_create_revision);
  }
};

struct RangeResponse {
  ResponseHeader header;
  std::vector<KeyValue> kvs;
  bool more = false;
  std::int64_t count = 0;
  COX_FIELDS {
    v(1, "header", m.header);
    v(2, "kvs", m.kvs);
    v(3, "more", m.more);
    v(4, "count", m.count);
  }
};

struct PutRequest {
  std::string key, value;
  std::int64_t lease = 0;
  bool prev_kv = false, ignore_value = false, ignore_lease = false;
  COX_FIELDS {
    v(1, "key", m.key);
    v(2, "value", m.value);
    v(3, "lease", m.lease);
    v(4, "prev_kv", m.prev_kv);
    v(5, "ignore_value", m.ignore_value);
    v(6, "ignore_lease", m.ignore_lease);
  }
};

struct PutResponse {
  ResponseHeader header;
  std::optional<KeyValue> prev_kv;
  COX_FIELDS {
    v(1, "header", m.header);
    v(2, "prev_kv", m.prev_kv);
  }
};

struct DeleteRangeRequest {
  std::string key, range_end;
  bool prev_kv = false;
  COX_FIELDS {
    v(1, "key", m.key);
    v(2, "range_end", m.range_end);
    v(3, "prev_kv", m.prev_kv);
  }
};

struct DeleteRangeResponse {
  ResponseHeader header;
  std::int64_t deleted = 0;
  std::vector<KeyValue> prev_kvs;
  COX_FIELDS {
    v(1, "header", m.header);
    v(2, "deleted", m.deleted);
    v(3, "prev_kvs", m.prev_kvs);
  }
};

struct TxnRequest;
struct TxnResponse;

/// Exactly one is set.
struct RequestOp {
  std::optional<RangeRequest> range;
  std::optional<PutRequest> put;
  std::optional<DeleteRangeRequest> delete_range;
  std::shared_ptr<TxnRequest> txn;
  COX_FIELDS {
    v(1, "request_range", m.range);
    v(2, "request_put", m.put);
    v(3, "request_delete_range", m.delete_range);
    v(4, "request_txn", m.txn);
  }
};

struct ResponseOp {
  std::optional<RangeResponse> range;
  std::optional<PutResponse> put;
  std::optional<DeleteRangeResponse> delete_range;
  std::shared_ptr<TxnResponse> txn;
  COX_FIELDS {
    v(1, "response_range", m.range);
    v(2, "response_put", m.put);
    v(3, "response_delete_range", m.delete_range);
    v(4, "response_txn", m.txn);
  }
};

/// One of the last five is set, the one that `target` names; none compares with zero or empty.
struct Compare {
  CompareResult result = CompareResult::equal;
  CompareTarget target = CompareTarget::version;
  std::string key;
  std::optional<std::int64_t> version, create_revision, mod_revision;
  std::optional<std::string> value;
  std::optional<std::int64_t> lease;
  std::string range_end;
  COX_FIELDS {
    v(1, "result", m.result);
    v(2, "target", m.target);
    v(3, "key", m.key);
    v(4, "version", m.version);
    v(5, "create_revision", m.create_revision);
    v(6, "mod_revision", m.mod_revision);
    v(7, "value", m.value);
    v(8, "lease", m.lease);
    v(64, "range_end", m.range_end);
  }
};

struct TxnRequest {
  std::vector<Compare> compare;
  std::vector<RequestOp> success, failure;
  COX_FIELDS {
    v(1, "compare", m.compare);
    v(2, "success", m.success);
    v(3, "failure", m.failure);
  }
};

struct TxnResponse {
  ResponseHeader header;
  bool succeeded = false;
  std::vector<ResponseOp> responses;
  COX_FIELDS {
    v(1, "header", m.header);
    v(2, "succeeded", m.succeeded);
    v(3, "responses", m.responses);
  }
};

struct CompactionRequest {
  std::int64_t revision = 0;
  bool physical = false;
  COX_FIELDS {
    v(1, "revision", m.revision);
    v(2, "physical", m.physical);
  }
};

/// The answer of calls that say nothing else (compaction, lease revoke, defragment).
struct HeaderResponse {
  ResponseHeader header;
  COX_FIELDS { v(1, "header", m.header); }
};
struct EmptyRequest {
  COX_FIELDS {}
};

}  // namespace storage::wire
