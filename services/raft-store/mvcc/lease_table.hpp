#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>
#include "base/clock.hpp"
#include "base/error.hpp"
#include "raft-store/mvcc/publication.hpp"

namespace raft_store::mvcc {

/// When each lease ends: plain data and rules, the time an argument. Only a leader's table counts time; on a
/// follower leases never end. Source of the rules: etcd's server/lease/lessor.go.
class LeaseTable {
 public:
  /// `retry`: how long a lease that was told to have ended waits before it is told again.
  /// `checkpoint_interval`: see checkpoints; 0: there are none.
  explicit LeaseTable(std::chrono::seconds retry = std::chrono::seconds(3),
                      std::chrono::seconds checkpoint_interval = std::chrono::seconds(0))
      : retry_(retry), checkpoint_interval_(checkpoint_interval) {}

  void clear();  ///< The data was replaced. Leadership stays.
  void grant(Lease lease, base::SteadyTime now);
  void revoke(LeaseId id);
  /// What the log says is left of a lease (0: all of it): where a member that becomes leader begins to count.
  void checkpointed(const Lease& lease, base::SteadyTime now);

  /// This member leads: every lease gets its TTL, or what a checkpoint says is left of it, and `extend` on
  /// top. If very many would end within one second they are spread over the following ones,
  /// `spread_per_second` each, so that their ends do not come at once.
  void promote(base::SteadyTime now, std::chrono::milliseconds extend, std::size_t spread_per_second);
  void demote();
  bool leading() const noexcept { return leading_; }

  /// The full TTL from now on; what it is, in seconds. Errors: no_leader (not leading), lease_not_found (or
  /// its end was told already).
  base::Result<std::int64_t> renew(LeaseId id, base::SteadyTime now);
  /// A renewal must be told to the log first, as the end of what the last checkpoint said.
  bool needs_reset(LeaseId id) const;
  /// At most `max` leases longer than the interval that were not renewed, granted or told for so long, with
  /// the seconds they have left, rounded up. To be put through the log, so that a leader to come does not
  /// give them their full time again: without that a lease whose owner is gone would live for ever where
  /// leaders change often.
  std::vector<Lease> checkpoints(base::SteadyTime now, std::size_t max);
  /// Seconds left, rounded down; 0 if it has ended and still exists. Errors: no_leader, lease_not_found.
  base::Result<std::int64_t> remaining(LeaseId id, base::SteadyTime now) const;
  std::optional<Lease> find(LeaseId id) const;
  std::size_t size() const noexcept { return leases_.size(); }

  /// At most `max` leases that have ended, the earliest first. To be revoked through the log.
  std::vector<LeaseId> expired(base::SteadyTime now, std::size_t max);
  /// When `expired` may have something to tell; max() if nothing.
  base::SteadyTime next_expiry() const;

 private:
  struct Entry {
    std::int64_t ttl = 0;
    std::int64_t remaining = 0;  ///< As of the last checkpoint; 0: all.
    base::SteadyTime ends;       ///< Stands in `ends_` while leading.
    base::SteadyTime checkpoint =
        base::SteadyTime::max();  ///< When one is due; in `checkpoints_` if not max.
    bool told = false;            ///< `expired` gave it out; `ends` is when it does so again.
  };
  void set_end(LeaseId id, Entry& entry, base::SteadyTime ends);
  void set_checkpoint(LeaseId id, Entry& entry, base::SteadyTime due);
  void plan_checkpoint(LeaseId id, Entry& entry, base::SteadyTime now);

  const std::chrono::seconds retry_, checkpoint_interval_;
  bool leading_ = false;
  std::map<LeaseId, Entry> leases_;
  std::set<std::pair<base::SteadyTime, LeaseId>> ends_, checkpoints_;
};

}  // namespace raft_store::mvcc
