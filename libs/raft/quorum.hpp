#pragma once
#include <functional>
#include <map>
#include <set>
#include "raft/config.hpp"
#include "raft/log.hpp"

/// Majorities. In a joint configuration every rule holds for both sets of voters (§6).
namespace raft {

/// Do the members of `who` hold a majority?
bool has_quorum(const Membership& membership, const std::set<NodeId>& who);
/// The highest index that a majority has, given what each voter has.
Index quorum_index(const Membership& membership, const std::function<Index(NodeId)>& index_of);

enum class VoteResult { pending, won, lost };
/// `lost`: what is still out cannot make a majority any more.
VoteResult count_votes(const Membership& membership, const std::map<NodeId, bool>& votes);

}  // namespace raft
