#pragma once
#include <map>
#include <set>
#include <string>
#include "base/error.hpp"
#include "raft/log.hpp"

namespace raft {

/// Who takes part. While `outgoing` is not empty the configuration is joint: every decision needs a majority
/// of `voters` and one of `outgoing` (§6). Learners get the log and have no vote (thesis §4.2.1); a voter
/// that is to become one stands in `outgoing` and `learners` while the configuration is joint.
struct Membership {
  std::set<NodeId> voters;
  std::set<NodeId> outgoing;
  std::set<NodeId> learners;
  /// Per member, bytes that Raft carries and never reads (name, addresses).
  std::map<NodeId, std::string> contexts;

  bool joint() const noexcept { return !outgoing.empty(); }
  bool is_voter(NodeId id) const { return voters.contains(id) || outgoing.contains(id); }
  bool contains(NodeId id) const { return is_voter(id) || learners.contains(id); }
  std::set<NodeId> everyone() const;
  friend bool operator==(const Membership&, const Membership&) = default;
};

/// The configuration to append when `current` is to become `target`: `target` itself if at most one voter
/// differs (thesis §4.1), otherwise the joint one. `current` must not be joint. Error invalid_argument: no
/// voter, a learner that votes, a joint target.
base::Result<Membership> plan_change(const Membership& current, const Membership& target);
/// What follows a committed joint configuration.
Membership leave_joint(const Membership& joint);

std::string encode_membership(const Membership& membership);
/// Error: corrupt.
base::Result<Membership> decode_membership(std::string_view bytes);

/// What a snapshot of the state machine covers; the data itself never passes through this library.
struct SnapshotMeta {
  EntryId id;
  Membership membership;  ///< As of `id`.
};

}  // namespace raft
