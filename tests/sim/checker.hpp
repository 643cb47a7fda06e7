#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>
#include "raft/core.hpp"
#include "sim/history.hpp"
#include "sim/machine.hpp"
#include "sim/vault.hpp"

namespace sim {

/// Looks at every member after each of its steps, and holds against the rest of the cluster what it sees:
///
/// - Election Safety (§5.2): one leader a term. One vote a member and term, over restarts too.
/// - Log Matching (§5.3): an entry's id determines its content and all before it.
/// - Leader Completeness (§5.4): a new leader has all that was committed in earlier terms.
/// - State Machine Safety (§5.4.3): at each index every member commits and applies the same, with the same
///   results; a snapshot holds what its index says.
/// - The configuration of a member at its commit index is that of the committed log.
/// - A term that a member has spoken in outlives a restart; term and commit index never go back while it
/// runs; nothing is committed twice; no revision
///   belongs to two indexes.
///
/// It keeps the log that the cluster has committed, and a state machine of its own that applies it.
class Checker {
 public:
  bool failed() const noexcept { return !failure_.empty(); }
  const std::string& failure() const noexcept { return failure_; }
  /// The first failure counts.
  void fail(std::string why);

  /// The configuration that all first members begin with.
  void begin(const raft::Membership& first) { note_members(raft::Index(0), first); }
  /// After each step of a member.
  void look_at(const raft::Node& node);
  /// The log of a running member as a whole.
  void look_at_log(const raft::Node& node);
  void sent(const raft::Message& message);
  void restarted(const raft::Node& node, raft::Index applied, std::uint64_t digest);
  /// The member has applied `entry` just now, and come to a state of this digest.
  void applied(raft::NodeId id, const raft::Entry& entry, std::uint64_t digest);
  void installed(raft::NodeId id, raft::Index at, std::uint64_t digest);
  /// A member's data must be what the committed log makes of it, key by key.
  void compare(raft::NodeId id, Vault& vault);
  /// A watcher's batch: the next events in (after, upto], all of them.
  void watched(const std::string& who, storage::Revision from, const storage::WatchBatch& batch);

  raft::Index committed() const noexcept { return raft::Index(log_.size()); }
  /// The committed configuration.
  const raft::Membership& membership() const noexcept { return membership_; }
  /// Was this member ever in a committed configuration?
  bool was_member(raft::NodeId id) const { return members_ever_.contains(id); }
  /// What the log and its results say of what clients were told.
  const Truth& truth() const noexcept { return truth_; }

 private:
  struct Committed {
    raft::EntryId id;
    std::uint64_t hash = 0;
    raft::Term in_term;        ///< Of the leader that committed it.
    std::uint64_t digest = 0;  ///< Of a machine that applied up to here.
  };
  struct Seen {
    std::vector<raft::Term> terms;  ///< Of the log as last seen, from `first` on.
    raft::Index first;
    raft::Term term, spoken;
    raft::Index committed;
    raft::Role role = raft::Role::follower;
  };
  struct Known {
    std::uint64_t hash = 0;
    raft::Term previous;
  };

  void look_at_entries(const raft::Node& node, Seen& seen, raft::Index from);
  void look_at_leader(const raft::Node& node);
  void look_at_commit(const raft::Node& node, const Seen& seen);
  void look_at_members(const raft::Node& node);
  void commit(const raft::Entry& entry, raft::Term in_term);
  void note_members(raft::Index index, const raft::Membership& membership);
  void note_command(const raft::Entry& entry, const Outcome& outcome);

  std::string failure_;
  std::map<raft::NodeId, Seen> seen_;
  std::map<raft::Index, std::map<raft::Term, Known>> entries_;  ///< Every entry that ever was in a log.
  std::map<raft::Term, raft::NodeId> leaders_;
  std::map<raft::Term, std::map<raft::NodeId, raft::NodeId>> votes_;  ///< By term and voter.
  std::vector<Committed> log_;                                        ///< [i] has index i + 1.
  raft::Membership membership_;
  std::map<raft::Index, raft::Membership> memberships_;  ///< By the index from which each counts.
  std::set<raft::NodeId> members_ever_;
  Machine machine_;  ///< Has applied all of `log_`.
  Truth truth_;
};

}  // namespace sim
