#pragma once
#include "storage/messages_other.hpp"

/// The messages of etcd's lock and election services. Source: etcd's v3lockpb and v3electionpb.
namespace storage::wire {

struct LockRequest {
  std::string name;
  std::int64_t lease = 0;
  COX_FIELDS {
    v(1, "name", m.name);
    v(2, "lease", m.lease);
  }
};

struct LockResponse {
  ResponseHeader header;
  std::string key;  ///< Exists as long as the lock is held.
  COX_FIELDS {
    v(1, "header", m.header);
    v(2, "key", m.key);
  }
};

struct UnlockRequest {
  std::string key;
  COX_FIELDS { v(1, "key", m.key); }
};

struct CampaignRequest {
  std::string name;
  std::int64_t lease = 0;
  std::string value;
  COX_FIELDS {
    v(1, "name", m.name);
    v(2, "lease", m.lease);
    v(3, "value", m.value);
  }
};

/// What proves that somebody was elected.
struct LeaderKey {
  std::string name, key;
  std::int64_t rev = 0;  ///< The key's create_revision.
  std::int64_t lease = 0;
  COX_FIELDS {
    v(1, "name", m.name);
    v(2, "key", m.key);
    v(3, "rev", m.rev);
    v(4, "lease", m.lease);
  }
};

struct CampaignResponse {
  ResponseHeader header;
  LeaderKey leader;
  COX_FIELDS {
    v(1, "header", m.header);
    v(2, "leader", m.leader);
  }
};

struct LeaderRequest {
  std::string name;
  COX_FIELDS { v(1, "name", m.name); }
};

struct LeaderResponse {
  ResponseHeader header;
  std::optional<KeyValue> kv;
  COX_FIELDS {
    v(1, "header", m.header);
    v(2, "kv", m.kv);
  }
};

struct ProclaimRequest {
  std::optional<LeaderKey> leader;
  std::string value;
  COX_FIELDS {
    v(1, "leader", m.leader);
    v(2, "value", m.value);
  }
};

struct ResignRequest {
  std::optional<LeaderKey> leader;
  COX_FIELDS { v(1, "leader", m.leader); }
};

/// An answer of `observe` in JSON.
using LeaderEnvelope = Envelope<LeaderResponse>;

}  // namespace storage::wire
