#pragma once
#include <cstdint>
#include <string>
#include <vector>
#include "base/async.hpp"
#include "http/tls.hpp"
#include "raft-store/replication/member.hpp"

namespace raft_store::replication {

/// Where a peer tells who the members are, also to one that does not know the cluster's id yet.
inline constexpr std::string_view kClusterPath = "/raft/cluster";

/// A running cluster as one of its members sees it.
struct ClusterView {
  std::uint64_t cluster_id = 0;
  std::vector<Member> members;
};
std::string encode_cluster(const ClusterView& view);
/// Error: corrupt.
base::Result<ClusterView> decode_cluster(std::string_view bytes);

/// Asks these peers, in order, until one names a member with `peer_urls` among the cluster's; for some
/// seconds, since the addition may not have reached all. Errors: unavailable (nobody answers); not_found (it
/// was not added).
base::Awaitable<base::Result<ClusterView>> ask_cluster(base::Executor executor,
                                                       std::vector<std::string> peers,
                                                       std::shared_ptr<http::TlsContext> tls,
                                                       std::vector<std::string> peer_urls);
/// The member with one of these URLs; null if there is none.
Member* find_by_url(std::vector<Member>& members, const std::vector<std::string>& peer_urls);

}  // namespace raft_store::replication
