#pragma once
#include "raft-store/gateway/core.hpp"
#include "raft-store/gateway/routes.hpp"

namespace raft_store::gateway {

/// etcdserverpb.KV: /v3/kv/range, put, deleterange, txn, compaction.
///
/// A read of one key is done where the request came in (two cores, 32 clients over TLS: 38,000 a second;
/// 21,000 with a hop to the pool). Out of memory it blocks for microseconds, cold for one read of the disk.
/// Whatever may touch many keys goes to the pool with its encoding, so that it holds up nobody else's
/// connection.
class KvService {
 public:
  explicit KvService(Core& core) : core_(core) {}
  void add_to(Routes& routes);

  base::Awaitable<base::Result<std::string>> range(Form form, std::string body);
  base::Awaitable<base::Result<wire::PutResponse>> put(wire::PutRequest request);
  base::Awaitable<base::Result<wire::DeleteRangeResponse>> delete_range(wire::DeleteRangeRequest request);
  base::Awaitable<base::Result<std::string>> txn(Form form, std::string body);
  base::Awaitable<base::Result<wire::HeaderResponse>> compact(wire::CompactionRequest request);

 private:
  base::Awaitable<base::Result<std::string>> read_txn(Form form, wire::TxnRequest request);
  /// Reads and encodes.
  using Read = std::function<base::Result<std::string>()>;
  /// Here or on the pool.
  base::Awaitable<base::Result<std::string>> answer_read(bool small, Read read);

  Core& core_;
};

}  // namespace raft_store::gateway
