#include "sim/bugs.hpp"

namespace sim {

const std::vector<BugName>& all_bugs() {
  static const std::vector<BugName> bugs = {
      {Bug::skip_sync, "skip-sync", 3},
      {Bug::forget_vote, "forget-vote", 16},
      {Bug::forget_term, "forget-term", 3},
      {Bug::torn_write_kept, "torn-write-kept", 8},
      {Bug::answer_before_write, "answer-before-write", 3},
      {Bug::send_half_synced, "half-synced", 3},
      {Bug::read_locally, "read-locally", 1},
      {Bug::read_at_leader, "read-at-leader", 4},
      {Bug::read_before_applied, "read-before-applied", 2},
      {Bug::apply_out_of_order, "apply-out-of-order", 2},
      {Bug::apply_twice, "apply-twice", 2},
      {Bug::skip_command, "skip-command", 1},
      {Bug::answer_before_commit, "answer-before-commit", 3},
      {Bug::compaction_drops_event, "compaction-drops-event", 2},
      {Bug::stale_snapshot, "stale-snapshot", 1},
      {Bug::snapshot_old_members, "snapshot-old-members", 133},
      {Bug::compaction_drops_entry, "compaction-drops-entry", 3},
      {Bug::install_unsynced, "install-unsynced", 3},
      {Bug::vote_counted_twice, "vote-counted-twice", 11},
      {Bug::propose_twice, "propose-twice", 2},
      {Bug::commit_by_heartbeat, "commit-by-heartbeat", 1},
      {Bug::joiner_bootstraps, "joiner-bootstraps", 4},
  };
  return bugs;
}

std::string_view to_string(Bug bug) {
  for (const BugName& known : all_bugs())
    if (known.bug == bug) return known.name;
  return "none";
}

Bug bug_named(std::string_view name) {
  for (const BugName& known : all_bugs())
    if (known.name == name) return known.bug;
  return Bug::none;
}

}  // namespace sim
