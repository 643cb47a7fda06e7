#pragma once
#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include "base/clock.hpp"
#include "base/error.hpp"
#include "raft-store/mvcc/publication.hpp"

namespace raft_store::upkeep {

using mvcc::Revision;

/// What --auto-compaction-mode and --auto-compaction-retention say.
struct AutoCompactionRule {
  std::chrono::nanoseconds period{0};  ///< Keep what is younger. 0: not by time.
  Revision keep = 0;                   ///< Keep so many revisions. 0: not by number.

  bool off() const noexcept { return period.count() == 0 && keep == 0; }
};
/// etcd's reading of the flags: mode "periodic" with hours or a duration ("24", "90m"), or "revision" with a
/// number; "0" is off. Error: invalid_argument naming the flag.
base::Result<AutoCompactionRule> parse_auto_compaction(const std::string& mode, const std::string& retention);

/// When to compact, and up to where. Pure: the time is an argument. Source of the rules: etcd's
/// server/etcdserver/api/v3compactor.
///
/// By time: the revision is noted ten times a period, or ten times an hour if the period is longer. Once the
/// first period is over, and then once a period (an hour at most), the oldest note is the revision to compact
/// at, so that at least a period of history stays. By number: every five minutes, `keep` below the current
/// revision.
///
/// Every member keeps the notes, so that whoever becomes leader can go on; only the leader acts on them.
class AutoCompaction {
 public:
  /// The rule is not off. `revision`: the current one.
  AutoCompaction(AutoCompactionRule rule, base::SteadyTime now, Revision revision);
  /// How long to wait before the next `due` and `note`, which follow each other.
  std::chrono::nanoseconds interval() const;
  /// The revision to compact at now, if any. `revision`: the current one.
  std::optional<Revision> due(base::SteadyTime now, Revision revision) const;
  /// What was due is compacted, by whomever. If it failed: nothing; it is due again after the interval.
  void compacted(base::SteadyTime now, Revision revision);
  void note(Revision revision);

 private:
  std::size_t notes_max() const;

  const AutoCompactionRule rule_;
  base::SteadyTime last_;       ///< Of the last success; at first the start.
  bool first_ = true;           ///< No period is over yet.
  std::deque<Revision> notes_;  ///< By time: oldest first, an interval apart.
  Revision compacted_ = 0;      ///< By number: where the last one was.
};

}  // namespace raft_store::upkeep
