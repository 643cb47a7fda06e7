#include "raft-store/service/lease_keeper.hpp"
#include "base/clock.hpp"
#include "raft-store/mvcc/command.hpp"

namespace raft_store {
namespace {

using namespace std::chrono_literals;
constexpr auto kFollowEvery = 50ms;
constexpr int kRevokeEveryRounds = 10;
/// So many at once; the rest is told again.
constexpr std::size_t kRevokesMax = 1000;

base::SteadyTime now() {
  return base::Clock::real().steady_now();
}

}  // namespace

base::Awaitable<void> LeaseKeeper::run() {
  for (int round = 0;; ++round) {
    co_await follow();
    if (lessor_.leading() && round % kRevokeEveryRounds == 0) {
      co_await revoke_expired();
      co_await tell_remaining();
    }
    const bool slept = co_await base::sleep_for(kFollowEvery);
    if (!slept) co_return;
  }
}

base::Awaitable<void> LeaseKeeper::stop() {
  revoking_.cancel();
  co_await revoking_.join();
}

base::Awaitable<void> LeaseKeeper::follow() {
  const replication::Standing standing = replicator_.standing();
  const bool leads = standing.leader == replicator_.status().id;
  if (lessor_.leading() && (!leads || standing.term != term_)) lessor_.demote();
  if (!leads || lessor_.leading()) co_return;
  // What earlier leaders granted and renewed must be here before time counts.
  const bool caught_up = co_await still_leads(standing.term);
  if (!caught_up) co_return;
  term_ = standing.term;
  lessor_.promote(now());
}

base::Awaitable<bool> LeaseKeeper::still_leads(raft::Term term) {
  const auto confirmed = co_await replicator_.linearizable_read();
  const replication::Standing standing = replicator_.standing();
  co_return confirmed.has_value() && standing.term == term&& standing.leader == replicator_.status().id;
}

base::Awaitable<void> LeaseKeeper::revoke_expired() {
  if (revoking_.size() > kRevokesMax) co_return;
  const std::vector<mvcc::LeaseId> ended = lessor_.expired(now());
  if (ended.empty()) co_return;
  // A member that lost the lead without knowing must not end what the next leader has renewed.
  const bool leads = co_await still_leads(term_);
  if (!leads) co_return;
  for (const mvcc::LeaseId id : ended)
    revoking_.spawn("revoke", [this, id]() -> base::Awaitable<void> {
      std::string command = mvcc::encode(mvcc::LeaseRevoke{id});
      // If it fails the lessor tells of the lease again.
      auto applied = co_await replicator_.propose(std::move(command));
      base::ignore_error(std::move(applied));
    });
}

base::Awaitable<void> LeaseKeeper::tell_remaining() {
  auto checkpoints = lessor_.checkpoints(now());
  if (checkpoints.checkpoints.empty() || revoking_.size() > kRevokesMax) co_return;
  const bool leads = co_await still_leads(term_);
  if (!leads) co_return;
  revoking_.spawn("checkpoint", [this, checkpoints]() -> base::Awaitable<void> {
    std::string command = mvcc::encode(checkpoints);
    // If it fails they are told again after the interval.
    auto applied = co_await replicator_.propose(std::move(command));
    base::ignore_error(std::move(applied));
  });
}

}  // namespace raft_store
