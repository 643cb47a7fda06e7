#pragma once
#include <cstdint>
#include <filesystem>
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
/// Asks each of these peers once whether `self` was part of their cluster before: then a member without data
/// must not begin anew, for it would forget what it voted for and acknowledged. Errors: conflict (it was, or
/// the cluster is another one than `cluster_id`), with what to do. Nobody's answer is no objection.
base::Awaitable<base::Result<void>> ask_whether_new(base::Executor executor, std::vector<std::string> peers,
                                                    std::shared_ptr<http::TlsContext> tls, Member self,
                                                    std::uint64_t cluster_id, std::filesystem::path data_dir);
/// Commands for an operator: how a member of this name and URLs joins with an empty directory, and how one
/// whose data are lost is removed before.
std::string how_to_add(const Member& member, const std::filesystem::path& data_dir);
std::string how_to_replace(const Member& member, const std::filesystem::path& data_dir);
/// The member with one of these URLs; null if there is none.
Member* find_by_url(std::vector<Member>& members, const std::vector<std::string>& peer_urls);

}  // namespace raft_store::replication
