#pragma once
#include <cstdint>
#include <set>
#include <string>
#include <vector>
#include "raft-store/mvcc/store.hpp"

/// What checksums of the members say about each other. Pure. Source of the rules: etcd's
/// server/etcdserver/corrupt.go of 3.5, and of 3.6 for who is to blame.
namespace raft_store::upkeep {

/// What a member answered when asked for its checksum at one revision.
struct MemberHash {
  std::uint64_t member = 0;
  mvcc::Revision revision = 0;  ///< The member's own when it answered.
  mvcc::HashKv hash;
};

struct Verdict {
  /// Members that hold something else than they should; 0: somebody does, and no majority tells who.
  std::set<std::uint64_t> suspects;
  std::vector<std::string> reasons;  ///< For the log.
};

/// Of the hashes that are comparable (equal compact revisions), those that differ from what a majority of all
/// `members` hold. Without such a majority a difference is nobody's.
Verdict compare_hashes(const std::vector<MemberHash>& hashes, std::size_t members);

/// The leader's regular check: it took its checksum (`first`), asked the peers for theirs at that revision,
/// made sure that it had applied all that they may have, and took its own again (`second`).
Verdict judge_members(const MemberHash& first, const MemberHash& second, const std::vector<MemberHash>& peers,
                      std::size_t members);

/// Whether a member that starts holds something else than a peer at the same revision. Only a difference in
/// the keys counts: one that is behind, or compacted elsewhere, is not corrupt.
bool differs(const MemberHash& own, const MemberHash& peer);

}  // namespace raft_store::upkeep
