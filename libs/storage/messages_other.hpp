#pragma once
#include "storage/messages.hpp"

/// The messages beside the KV service's: watch, lease, maintenance, cluster.
namespace storage::wire {

struct WatchCreateRequest {
  std::string key, range_end;
  std::int64_t start_revision = 0;
  bool progress_notify = false;
  std::vector<FilterType> filters;
  bool prev_kv = false;
  std::int64_t watch_id = 0;
  bool fragment = false;
  COX_FIELDS {
    v(1, "key", m.key);
    v(2, "range_end", m.range_end);
    v(3, "start_revision", m.start_revision);
    v(4, "progress_notify", m.progress_notify);
    v(5, "filters", m.filters);
    v(6, "prev_kv", m.prev_kv);
    v(7, "watch_id", m.watch_id);
    v(8, "fragment", m.fragment);
  }
};

struct WatchCancelRequest {
  std::int64_t watch_id = 0;
  COX_FIELDS { v(1, "watch_id", m.watch_id); }
};

/// Exactly one is set.
struct WatchRequest {
  std::optional<WatchCreateRequest> create;
  std::optional<WatchCancelRequest> cancel;
  std::optional<EmptyRequest> progress;
  COX_FIELDS {
    v(1, "create_request", m.create);
    v(2, "cancel_request", m.cancel);
    v(3, "progress_request", m.progress);
  }
};

struct WatchResponse {
  ResponseHeader header;
  std::int64_t watch_id = 0;
  bool created = false, canceled = false;
  std::int64_t compact_revision = 0;
  std::string cancel_reason;
  bool fragment = false;
  std::vector<Event> events;
  COX_FIELDS {
    v(1, "header", m.header);
    v(2, "watch_id", m.watch_id);
    v(3, "created", m.created);
    v(4, "canceled", m.canceled);
    v(5, "compact_revision", m.compact_revision);
    v.text(6, "cancel_reason", m.cancel_reason);
    v(7, "fragment", m.fragment);
    v(11, "events", m.events);
  }
};

struct LeaseGrantRequest {
  std::int64_t ttl = 0, id = 0;
  COX_FIELDS {
    v(1, "TTL", m.ttl);
    v(2, "ID", m.id);
  }
};

struct LeaseGrantResponse {
  ResponseHeader header;
  std::int64_t id = 0, ttl = 0;
  std::string error;
  COX_FIELDS {
    v(1, "header", m.header);
    v(2, "ID", m.id);
    v(3, "TTL", m.ttl);
    v.text(4, "error", m.error);
  }
};

/// Inside a cluster: how many seconds each lease has left.
struct LeaseCheckpoint {
  std::int64_t id = 0, remaining_ttl = 0;  ///< 0: the full TTL, as after a keep-alive.
  COX_FIELDS {
    v(1, "ID", m.id);
    v(2, "remaining_TTL", m.remaining_ttl);
  }
};
struct LeaseCheckpointRequest {
  std::vector<LeaseCheckpoint> checkpoints;
  COX_FIELDS { v(1, "checkpoints", m.checkpoints); }
};

/// Revoke and keep-alive.
struct LeaseIdRequest {
  std::int64_t id = 0;
  COX_FIELDS { v(1, "ID", m.id); }
};

struct LeaseKeepAliveResponse {
  ResponseHeader header;
  std::int64_t id = 0, ttl = 0;
  COX_FIELDS {
    v(1, "header", m.header);
    v(2, "ID", m.id);
    v(3, "TTL", m.ttl);
  }
};

struct LeaseTimeToLiveRequest {
  std::int64_t id = 0;
  bool keys = false;
  COX_FIELDS {
    v(1, "ID", m.id);
    v(2, "keys", m.keys);
  }
};

/// `ttl` -1: the lease does not exist.
struct LeaseTimeToLiveResponse {
  ResponseHeader header;
  std::int64_t id = 0, ttl = 0, granted_ttl = 0;
  std::vector<std::string> keys;
  COX_FIELDS {
    v(1, "header", m.header);
    v(2, "ID", m.id);
    v(3, "TTL", m.ttl);
    v(4, "grantedTTL", m.granted_ttl);
    v(5, "keys", m.keys);
  }
};

struct LeaseLeasesResponse {
  ResponseHeader header;
  std::vector<LeaseIdRequest> leases;
  COX_FIELDS {
    v(1, "header", m.header);
    v(2, "leases", m.leases);
  }
};

struct StatusResponse {
  ResponseHeader header;
  std::string version;
  std::int64_t db_size = 0;
  std::uint64_t leader = 0, raft_index = 0, raft_term = 0, raft_applied_index = 0;
  std::vector<std::string> errors;
  std::int64_t db_size_in_use = 0;
  bool is_learner = false;
  COX_FIELDS {
    v(1, "header", m.header);
    v.text(2, "version", m.version);
    v(3, "dbSize", m.db_size);
    v(4, "leader", m.leader);
    v(5, "raftIndex", m.raft_index);
    v(6, "raftTerm", m.raft_term);
    v(7, "raftAppliedIndex", m.raft_applied_index);
    v.text(8, "errors", m.errors);
    v(9, "dbSizeInUse", m.db_size_in_use);
    v(10, "isLearner", m.is_learner);
  }
};

struct Member {
  std::uint64_t id = 0;
  std::string name;
  std::vector<std::string> peer_urls, client_urls;
  bool is_learner = false;
  COX_FIELDS {
    v(1, "ID", m.id);
    v.text(2, "name", m.name);
    v.text(3, "peerURLs", m.peer_urls);
    v.text(4, "clientURLs", m.client_urls);
    v(5, "isLearner", m.is_learner);
  }
};

struct MemberListRequest {
  bool linearizable = false;
  COX_FIELDS { v(1, "linearizable", m.linearizable); }
};

struct MemberListResponse {
  ResponseHeader header;
  std::vector<Member> members;
  COX_FIELDS {
    v(1, "header", m.header);
    v(2, "members", m.members);
  }
};

struct MemberAddRequest {
  std::vector<std::string> peer_urls;
  bool is_learner = false;
  COX_FIELDS {
    v.text(1, "peerURLs", m.peer_urls);
    v(2, "isLearner", m.is_learner);
  }
};

struct MemberAddResponse {
  ResponseHeader header;
  Member member;  ///< The new one.
  std::vector<Member> members;
  COX_FIELDS {
    v(1, "header", m.header);
    v(2, "member", m.member);
    v(3, "members", m.members);
  }
};

/// Remove and promote; their answer, and update's, is that of list.
struct MemberIdRequest {
  std::uint64_t id = 0;
  COX_FIELDS { v(1, "ID", m.id); }
};

struct MemberUpdateRequest {
  std::uint64_t id = 0;
  std::vector<std::string> peer_urls;
  COX_FIELDS {
    v(1, "ID", m.id);
    v.text(2, "peerURLs", m.peer_urls);
  }
};

struct MoveLeaderRequest {
  std::uint64_t target_id = 0;
  COX_FIELDS { v(1, "targetID", m.target_id); }
};

struct HashResponse {
  ResponseHeader header;
  std::uint32_t hash = 0;
  COX_FIELDS {
    v(1, "header", m.header);
    v(2, "hash", m.hash);
  }
};

struct HashKvRequest {
  std::int64_t revision = 0;  ///< 0: now.
  COX_FIELDS { v(1, "revision", m.revision); }
};

struct HashKvResponse {
  ResponseHeader header;
  std::uint32_t hash = 0;
  std::int64_t compact_revision = 0, hash_revision = 0;
  COX_FIELDS {
    v(1, "header", m.header);
    v(2, "hash", m.hash);
    v(3, "compact_revision", m.compact_revision);
    v(4, "hash_revision", m.hash_revision);
  }
};

/// A piece of a snapshot.
struct SnapshotResponse {
  std::optional<ResponseHeader> header;  ///< In the first one: as of when.
  std::uint64_t remaining_bytes = 0;     ///< That come after this one, about; 0 exactly in the last one.
  std::string blob, version;
  COX_FIELDS {
    v(1, "header", m.header);
    v(2, "remaining_bytes", m.remaining_bytes);
    v(3, "blob", m.blob);
    v.text(4, "version", m.version);
  }
};

struct AlarmRequest {
  AlarmAction action = AlarmAction::get;
  std::uint64_t member_id = 0;
  AlarmType alarm = AlarmType::none;
  COX_FIELDS {
    v(1, "action", m.action);
    v(2, "memberID", m.member_id);
    v(3, "alarm", m.alarm);
  }
};

struct AlarmMember {
  std::uint64_t member_id = 0;
  AlarmType alarm = AlarmType::none;
  COX_FIELDS {
    v(1, "memberID", m.member_id);
    v(2, "alarm", m.alarm);
  }
};

struct AlarmResponse {
  ResponseHeader header;
  std::vector<AlarmMember> alarms;
  COX_FIELDS {
    v(1, "header", m.header);
    v(2, "alarms", m.alarms);
  }
};

struct DowngradeRequest {
  DowngradeAction action = DowngradeAction::validate;
  std::string version;
  COX_FIELDS {
    v(1, "action", m.action);
    v.text(2, "version", m.version);
  }
};

struct DowngradeResponse {
  ResponseHeader header;
  std::string version;
  COX_FIELDS {
    v(1, "header", m.header);
    v.text(2, "version", m.version);
  }
};

struct AuthStatusResponse {
  ResponseHeader header;
  bool enabled = false;
  std::uint64_t auth_revision = 0;
  COX_FIELDS {
    v(1, "header", m.header);
    v(2, "enabled", m.enabled);
    v(3, "authRevision", m.auth_revision);
  }
};

/// What a refused call is answered with. Source: google.rpc.Status, as etcd's gateway renders it.
struct ErrorResponse {
  std::string error;      ///< The same as `message`; older clients read this one.
  std::int32_t code = 0;  ///< A gRPC status code.
  std::string message;
  COX_FIELDS {
    v.text(3, "error", m.error);
    v(1, "code", m.code);
    v.text(2, "message", m.message);
  }
};

/// How the gateway wraps each answer of a stream in JSON: {"result":{...}}, or {"error":{...}} at its end.
template <class Message>
struct Envelope {
  std::optional<Message> result;
  std::optional<ErrorResponse> error;
  COX_FIELDS {
    v(1, "result", m.result);
    v(2, "error", m.error);
  }
};
using WatchEnvelope = Envelope<WatchResponse>;
using SnapshotEnvelope = Envelope<SnapshotResponse>;
using LeaseKeepAliveEnvelope = Envelope<LeaseKeepAliveResponse>;

}  // namespace storage::wire
