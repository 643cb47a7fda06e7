#pragma once
#include <chrono>
#include <optional>
#include <string>
#include "api/types/coordination_v1.hpp"
#include "base/clock.hpp"
#include "client/leader_election.hpp"

namespace client {

/// The rules of leader election on a Lease, without requests or timers. What others wrote is dated by our own
/// clock at the moment we first saw it, so clocks need not agree. Source: client-go's tools/leaderelection.
class LeaseRecord {
 public:
  using Lease = api::coordination::v1::Lease;
  explicit LeaseRecord(LeaderElectionOptions options) : options_(std::move(options)) {}

  /// Takes note of the lease as read at `now`. True if we may write ourselves in: it is ours, nobody's, or
  /// its holder has not renewed it for the duration it had announced.
  bool may_claim(const Lease& lease, base::SteadyTime now);
  /// The lease that makes us holder, on top of what was read (empty: there is none yet).
  Lease claim(const std::optional<Lease>& read, base::SystemTime now) const;
  /// The lease that lets the next one in at once; `held` is ours.
  Lease release(const Lease& held, base::SystemTime now) const;

 private:
  LeaderElectionOptions options_;
  api::coordination::v1::LeaseSpec seen_;
  std::optional<base::SteadyTime> seen_at_;
};

}  // namespace client
