#pragma once
#include <chrono>
#include <mutex>
#include <vector>
#include "base/clock.hpp"
#include "raft-store/mvcc/lease_table.hpp"

namespace raft_store::mvcc {

struct LessorOptions {
  /// The shortest TTL granted: etcd's is one and a half election timeouts, in whole seconds rounded up.
  std::int64_t ttl_min = 2;
  std::chrono::milliseconds extend_on_promotion{1000};  ///< etcd: the election timeout.
  std::size_t revokes_per_second = 1000;                ///< At most so many ends are told a second.
  /// How often the log hears what is left of leases longer than that: etcd's. 0: never.
  std::chrono::seconds checkpoint_interval{300};
};

/// Follows the store's leases and tells which have ended. Thread-safe; time is an argument, but for the
/// moment of a grant, which is when it is published.
///
/// The daemon drives it: `promote` when this member becomes leader (after it has applied everything of
/// earlier terms), `demote` when it no longer is; while it leads, `expired` about twice a second, and
/// proposes a LeaseRevoke for each. A proposal that failed needs no care: the lease is told again.
class Lessor final : public Listener {
 public:
  explicit Lessor(const base::Clock& clock = base::Clock::real(), LessorOptions options = {});

  void on_published(const Publication& publication) override;

  /// Fills in what a grant may leave open: a random id for 0 (not one in use here), the shortest TTL. Before
  /// `check` and `encode`.
  wire::LeaseGrantRequest complete(wire::LeaseGrantRequest request) const;

  void promote(base::SteadyTime now);
  void demote();
  bool leading() const;
  /// See LeaseTable. On a follower `no_leader`: ask the leader.
  base::Result<std::int64_t> renew(LeaseId id, base::SteadyTime now);
  base::Result<std::int64_t> remaining(LeaseId id, base::SteadyTime now) const;
  /// The ended leases to revoke now; bounded by revokes_per_second.
  std::vector<LeaseId> expired(base::SteadyTime now);
  bool needs_reset(LeaseId id) const;
  /// What is left of leases, for the log: a LeaseCheckpointRequest that may be empty.
  wire::LeaseCheckpointRequest checkpoints(base::SteadyTime now);
  std::size_t size() const;  ///< Leases there are.

 private:
  const base::Clock& clock_;
  const LessorOptions options_;
  mutable std::mutex mutex_;  ///< Guards all below.
  LeaseTable table_;
  double revoke_budget_ = 0;  ///< Ends that may be told now; grows with time up to a second's worth.
  base::SteadyTime budget_at_{};
};

}  // namespace raft_store::mvcc
