#pragma once
#include <string_view>
#include <vector>

namespace sim {

/// Deliberate bugs, made by the simulated disk, network and state machine around the untouched production
/// code: the checks must find each of them (README.md tells with which seeds). Bugs inside libs/raft are made
/// by mutants.py.
enum class Bug {
  none,
  // Disk.
  skip_sync,            ///< The disk says "durable" and does nothing.
  forget_vote,          ///< The vote is lost over a restart.
  forget_term,          ///< So is the term, back to that of the log's end.
  torn_write_kept,      ///< Half of the write under way at a crash stays.
  answer_before_write,  ///< Messages that must wait for the write leave at once.
  send_half_synced,  ///< The data of a write is durable before its term and vote, which are not waited for.
  // Reads.
  read_locally,         ///< Reads are served without asking the leader.
  read_at_leader,       ///< A leader serves reads without asking a majority.
  clock_drift,          ///< The clocks of some run three times slower, and leases know nothing of it.
  read_before_applied,  ///< A confirmed read does not wait until its index is applied.
  // State machine.
  apply_out_of_order,      ///< Two commands of a batch change places.
  apply_twice,             ///< The last command is applied again after a restart.
  skip_command,            ///< One member skips one command.
  answer_before_commit,    ///< Answered when durable at the leader alone.
  compaction_drops_event,  ///< After a compaction watchers miss an event that it should have left.
  // Snapshots and compaction of the log.
  stale_snapshot,          ///< A snapshot holds older data than it says.
  snapshot_old_members,    ///< A snapshot names the first configuration.
  compaction_drops_entry,  ///< Compaction of the log takes an entry not yet applied with it.
  install_unsynced,        ///< An installed snapshot is lost in a crash, though it was answered.
  // Network.
  vote_counted_twice,   ///< A vote arrives as if another member had cast it too.
  propose_twice,        ///< The transport repeats a forwarded proposal.
  commit_by_heartbeat,  ///< A heartbeat carries the leader's commit index, whatever the receiver holds.
  joiner_bootstraps,    ///< A new member believes its flags: all that is in them votes.
};

struct BugName {
  Bug bug;
  std::string_view name;
  int seed;  ///< Finds it, with the default options; looked for again with `sim --bugs --seeds 500`.
};
const std::vector<BugName>& all_bugs();
std::string_view to_string(Bug bug);
/// Bug::none if there is none of that name.
Bug bug_named(std::string_view name);

}  // namespace sim
