#include "raft/quorum.hpp"
#include <algorithm>
#include <vector>

namespace raft {
namespace {

std::size_t majority(std::size_t voters) {
  return voters / 2 + 1;
}

bool majority_in(const std::set<NodeId>& voters, const std::set<NodeId>& who) {
  const auto count = std::count_if(voters.begin(), voters.end(), [&](NodeId id) { return who.contains(id); });
  return static_cast<std::size_t>(count) >= majority(voters.size());
}

Index majority_index(const std::set<NodeId>& voters, const std::function<Index(NodeId)>& index_of) {
  std::vector<Index> indexes;
  indexes.reserve(voters.size());
  for (const NodeId id : voters)
    indexes.push_back(index_of(id));
  std::sort(indexes.begin(), indexes.end(), std::greater<>());
  return indexes[majority(indexes.size()) - 1];
}

VoteResult count_in(const std::set<NodeId>& voters, const std::map<NodeId, bool>& votes) {
  std::size_t granted = 0, out = 0;
  for (const NodeId id : voters) {
    const auto vote = votes.find(id);
    if (vote == votes.end())
      ++out;
    else if (vote->second)
      ++granted;
  }
  if (granted >= majority(voters.size())) return VoteResult::won;
  return granted + out >= majority(voters.size()) ? VoteResult::pending : VoteResult::lost;
}

}  // namespace

bool has_quorum(const Membership& membership, const std::set<NodeId>& who) {
  return majority_in(membership.voters, who) &&
         (!membership.joint() || majority_in(membership.outgoing, who));
}

Index quorum_index(const Membership& membership, const std::function<Index(NodeId)>& index_of) {
  if (membership.voters.empty()) return Index(0);
  const Index index = majority_index(membership.voters, index_of);
  return membership.joint() ? std::min(index, majority_index(membership.outgoing, index_of)) : index;
}

VoteResult count_votes(const Membership& membership, const std::map<NodeId, bool>& votes) {
  if (membership.voters.empty()) return VoteResult::lost;
  const VoteResult in = count_in(membership.voters, votes);
  const VoteResult out = membership.joint() ? count_in(membership.outgoing, votes) : in;
  if (in == VoteResult::lost || out == VoteResult::lost) return VoteResult::lost;
  return in == VoteResult::won && out == VoteResult::won ? VoteResult::won : VoteResult::pending;
}

}  // namespace raft
