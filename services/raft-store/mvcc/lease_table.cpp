#include "raft-store/mvcc/lease_table.hpp"
#include <algorithm>
#include "storage/errors.hpp"

namespace raft_store::mvcc {
namespace {

using std::chrono::seconds;

/// Longer than any process lives, and still far from where the clock's arithmetic ends.
constexpr std::int64_t kTtlMax = 9'000'000'000 / 4;

seconds duration_of(std::int64_t ttl) {
  return seconds(std::clamp<std::int64_t>(ttl, 0, kTtlMax));
}

}  // namespace

void LeaseTable::clear() {
  leases_.clear();
  ends_.clear();
  checkpoints_.clear();
}

void LeaseTable::grant(Lease lease, base::SteadyTime now) {
  Entry& entry = leases_[lease.id];
  entry.ttl = lease.ttl;
  entry.remaining = lease.remaining;
  entry.told = false;
  if (!leading_) return;
  set_end(lease.id, entry, now + duration_of(lease.remaining > 0 ? lease.remaining : lease.ttl));
  plan_checkpoint(lease.id, entry, now);
}

void LeaseTable::checkpointed(const Lease& lease, base::SteadyTime now) {
  const auto found = leases_.find(lease.id);
  if (found == leases_.end()) return;
  Entry& entry = found->second;
  entry.remaining = lease.remaining;
  if (!leading_ || entry.checkpoint == base::SteadyTime::max()) return;
  // One of a former leader, late, that knows less than this one: told anew.
  constexpr seconds kSlack(5);
  const seconds said = duration_of(lease.remaining > 0 ? lease.remaining : lease.ttl);
  const seconds left = std::chrono::floor<seconds>(entry.ends - now);
  if (said + kSlack < std::min(left, duration_of(entry.ttl))) set_checkpoint(lease.id, entry, now);
}

void LeaseTable::revoke(LeaseId id) {
  const auto found = leases_.find(id);
  if (found == leases_.end()) return;
  ends_.erase({found->second.ends, id});
  checkpoints_.erase({found->second.checkpoint, id});
  leases_.erase(found);
}

void LeaseTable::set_end(LeaseId id, Entry& entry, base::SteadyTime ends) {
  ends_.erase({entry.ends, id});
  entry.ends = ends;
  ends_.insert({ends, id});
}

void LeaseTable::set_checkpoint(LeaseId id, Entry& entry, base::SteadyTime due) {
  checkpoints_.erase({entry.checkpoint, id});
  entry.checkpoint = due;
  if (due != base::SteadyTime::max()) checkpoints_.insert({due, id});
}

void LeaseTable::plan_checkpoint(LeaseId id, Entry& entry, base::SteadyTime now) {
  const bool wanted = checkpoint_interval_.count() > 0 && duration_of(entry.ttl) > checkpoint_interval_;
  set_checkpoint(id, entry, wanted ? now + checkpoint_interval_ : base::SteadyTime::max());
}

std::vector<Lease> LeaseTable::checkpoints(base::SteadyTime now, std::size_t max) {
  std::vector<Lease> due;
  while (due.size() < max && !checkpoints_.empty() && checkpoints_.begin()->first <= now) {
    const LeaseId id = checkpoints_.begin()->second;
    Entry& entry = leases_[id];
    const auto left = std::chrono::ceil<seconds>(entry.ends - now).count();
    if (entry.told || left <= 0) {
      set_checkpoint(id, entry, base::SteadyTime::max());
      continue;
    }
    plan_checkpoint(id, entry, now);
    if (left < entry.ttl || entry.remaining != 0) due.push_back({id, entry.ttl, std::min(left, entry.ttl)});
  }
  return due;
}

bool LeaseTable::needs_reset(LeaseId id) const {
  const auto found = leases_.find(id);
  return found != leases_.end() && found->second.remaining != 0;
}

void LeaseTable::promote(base::SteadyTime now, std::chrono::milliseconds extend,
                         std::size_t spread_per_second) {
  leading_ = true;
  ends_.clear();
  checkpoints_.clear();
  std::vector<std::pair<base::SteadyTime, LeaseId>> order;
  for (const auto& [id, lease] : leases_)
    order.emplace_back(now + duration_of(lease.remaining > 0 ? lease.remaining : lease.ttl) + extend, id);
  std::sort(order.begin(), order.end());
  for (std::size_t i = 0; i < order.size(); ++i) {
    // Of any `spread_per_second` + 1 that follow each other, the last ends a second after the first.
    if (spread_per_second > 0 && i >= spread_per_second)
      order[i].first = std::max(order[i].first, order[i - spread_per_second].first + seconds(1));
    Entry& entry = leases_[order[i].second];
    entry.told = false;
    set_end(order[i].second, entry, order[i].first);
    plan_checkpoint(order[i].second, entry, now);
  }
}

void LeaseTable::demote() {
  leading_ = false;
  ends_.clear();
  checkpoints_.clear();
}

base::Result<std::int64_t> LeaseTable::renew(LeaseId id, base::SteadyTime now) {
  if (!leading_) return storage::errors::no_leader();
  const auto found = leases_.find(id);
  // Once its end is told the revoke may be on its way, and must not meet a lease that was just renewed.
  if (found == leases_.end() || found->second.told) return storage::errors::lease_not_found();
  set_end(id, found->second, now + duration_of(found->second.ttl));
  plan_checkpoint(id, found->second, now);
  return found->second.ttl;
}

base::Result<std::int64_t> LeaseTable::remaining(LeaseId id, base::SteadyTime now) const {
  if (!leading_) return storage::errors::no_leader();
  const auto found = leases_.find(id);
  if (found == leases_.end()) return storage::errors::lease_not_found();
  const Entry& entry = found->second;
  if (entry.told || entry.ends <= now) return 0;
  const std::int64_t beyond = entry.ttl - duration_of(entry.ttl).count();
  return beyond + std::chrono::floor<seconds>(entry.ends - now).count();
}

std::optional<Lease> LeaseTable::find(LeaseId id) const {
  const auto found = leases_.find(id);
  if (found == leases_.end()) return {};
  return Lease{id, found->second.ttl, found->second.remaining};
}

std::vector<LeaseId> LeaseTable::expired(base::SteadyTime now, std::size_t max) {
  std::vector<LeaseId> ended;
  while (ended.size() < max && !ends_.empty() && ends_.begin()->first <= now) {
    const LeaseId id = ends_.begin()->second;
    Entry& entry = leases_[id];
    entry.told = true;
    set_end(id, entry, now + retry_);
    ended.push_back(id);
  }
  return ended;
}

base::SteadyTime LeaseTable::next_expiry() const {
  return ends_.empty() ? base::SteadyTime::max() : ends_.begin()->first;
}

}  // namespace raft_store::mvcc
