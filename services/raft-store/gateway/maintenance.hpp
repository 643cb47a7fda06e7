#pragma once
#include "raft-store/gateway/at_leader.hpp"
#include "raft-store/upkeep/defragmenter.hpp"

namespace raft_store::gateway {

/// The version of etcd whose interface this is, for clients that ask before they use a feature.
inline constexpr const char* kEtcdVersion = "3.5.21";
inline constexpr const char* kEtcdClusterVersion = "3.5.0";

/// etcdserverpb.Maintenance: /v3/maintenance/status, alarm, defragment, hash, hashkv, transfer-leadership,
/// downgrade.
class MaintenanceService {
 public:
  MaintenanceService(Core& core, base::metrics::Registry& registry);
  void add_to(LeaderRoutes& routes);

  base::Awaitable<base::Result<wire::StatusResponse>> status(wire::EmptyRequest request);
  base::Awaitable<base::Result<wire::AlarmResponse>> alarm(wire::AlarmRequest request);
  /// Nobody waits for it but the caller.
  base::Awaitable<base::Result<wire::HeaderResponse>> defragment(wire::EmptyRequest request);
  base::Awaitable<base::Result<wire::HashResponse>> hash(wire::EmptyRequest request);
  base::Awaitable<base::Result<wire::HashKvResponse>> hash_kv(wire::HashKvRequest request);
  /// At the leader.
  base::Awaitable<base::Result<wire::HeaderResponse>> move_leader(wire::MoveLeaderRequest request);

  /// There is no older version to go to: refused, in etcd's words.
  base::Awaitable<base::Result<wire::DowngradeResponse>> downgrade(wire::DowngradeRequest request);

 private:
  base::Awaitable<base::Result<mvcc::HashKv>> compute_hash(mvcc::Revision revision,
                                                           base::metrics::Histogram& seconds);

  Core& core_;
  upkeep::Defragmenter defragmenter_;
  base::metrics::Histogram &hash_seconds_, &hash_kv_seconds_;
};

}  // namespace raft_store::gateway
