#pragma once
#include <vector>
#include "raft-store/gateway/at_leader.hpp"

namespace raft_store::gateway {

/// etcdserverpb.Cluster: /v3/cluster/member/list, add, remove, update, promote. Changes are made by the
/// leader.
class ClusterService {
 public:
  explicit ClusterService(Core& core) : core_(core) {}
  void add_to(LeaderRoutes& routes);

  base::Awaitable<base::Result<wire::MemberListResponse>> list(wire::MemberListRequest request);
  base::Awaitable<base::Result<wire::MemberAddResponse>> add(wire::MemberAddRequest request);
  base::Awaitable<base::Result<wire::MemberListResponse>> remove(wire::MemberIdRequest request);
  base::Awaitable<base::Result<wire::MemberListResponse>> update(wire::MemberUpdateRequest request);
  base::Awaitable<base::Result<wire::MemberListResponse>> promote(wire::MemberIdRequest request);

 private:
  base::Result<replication::Member> find(std::uint64_t id) const;  ///< Error: not_found.
  base::Result<void> check_urls(const std::vector<std::string>& urls, std::uint64_t id) const;
  base::Result<void> check_quorum(const replication::Member* added, std::uint64_t removed) const;
  base::Awaitable<base::Result<wire::MemberListResponse>> put(replication::Member member);
  wire::MemberListResponse listing() const;

  Core& core_;
};

}  // namespace raft_store::gateway
