#pragma once
#include <cstdint>
#include <string>
#include <vector>
#include "base/error.hpp"
#include "raft/config.hpp"

namespace raft_store::replication {

/// A member as all members know it: agreed on through the log.
struct Member {
  raft::NodeId id;
  std::string name;  ///< Empty: added, not started yet.
  std::vector<std::string> peer_urls;
  std::vector<std::string> client_urls;
  bool learner = false;
  std::uint64_t incarnation = 0;  ///< Of its data (Identity), once it was started. 0: not known.
  friend bool operator==(const Member&, const Member&) = default;
};

/// etcd's rule: the first 8 bytes of the SHA-1 of the sorted peer URLs and the cluster's token. Never 0.
raft::NodeId derive_member_id(std::vector<std::string> peer_urls, const std::string& cluster_token);
/// etcd's rule: from the members' ids.
std::uint64_t derive_cluster_id(const std::vector<Member>& members);

/// "name=https://host:port,...", a name repeated for each further URL (--initial-cluster). Ids are derived.
/// Error: invalid_argument naming the part.
base::Result<std::vector<Member>> parse_initial_cluster(const std::string& text,
                                                        const std::string& cluster_token);

/// The first configuration of a new cluster: names and peer URLs, the same at each member.
raft::Membership initial_membership(const std::vector<Member>& members);
/// The members a configuration names, by id.
std::vector<Member> members_of(const raft::Membership& membership);
/// `membership` with this member added or replaced, or without it.
raft::Membership with_member(raft::Membership membership, const Member& member);
raft::Membership without_member(raft::Membership membership, raft::NodeId id);

std::string encode_member(const Member& member);
/// Error: corrupt.
base::Result<Member> decode_member(std::string_view bytes);

}  // namespace raft_store::replication
