#include "raft-store/mvcc/lessor.hpp"
#include <algorithm>
#include <cstring>
#include <limits>
#include "base/random.hpp"

namespace raft_store::mvcc {
namespace {

/// The revokes of a pile-up leave room for those that come meanwhile (etcd's three quarters).
std::size_t spread_of(std::size_t revokes_per_second) {
  return std::max<std::size_t>(revokes_per_second * 3 / 4, 1);
}

/// Positive, as etcd's are.
LeaseId random_id() {
  LeaseId id = 0;
  const std::string bytes = base::random_bytes(sizeof id);
  std::memcpy(&id, bytes.data(), sizeof id);
  return id & std::numeric_limits<LeaseId>::max();
}

}  // namespace

Lessor::Lessor(const base::Clock& clock, LessorOptions options)
    : clock_(clock), options_(options), table_(std::chrono::seconds(3), options.checkpoint_interval) {}

void Lessor::on_published(const Publication& publication) {
  if (!publication.reopened && publication.granted.empty() && publication.revoked.empty() &&
      publication.checkpointed.empty())
    return;
  const base::SteadyTime now = clock_.steady_now();
  const std::lock_guard lock(mutex_);
  if (publication.reopened) table_.clear();
  for (const LeaseId id : publication.revoked)
    table_.revoke(id);
  for (const Lease& lease : publication.granted)
    table_.grant(lease, now);
  for (const Lease& lease : publication.checkpointed)
    table_.checkpointed(lease, now);
}

wire::LeaseGrantRequest Lessor::complete(wire::LeaseGrantRequest request) const {
  request.ttl = std::max(request.ttl, options_.ttl_min);
  const bool chosen = request.id == 0;
  const std::lock_guard lock(mutex_);
  while (request.id == 0 || (chosen && table_.find(request.id)))
    request.id = random_id();
  return request;
}

void Lessor::promote(base::SteadyTime now) {
  const std::lock_guard lock(mutex_);
  table_.promote(now, options_.extend_on_promotion, spread_of(options_.revokes_per_second));
}

void Lessor::demote() {
  const std::lock_guard lock(mutex_);
  table_.demote();
}

bool Lessor::leading() const {
  const std::lock_guard lock(mutex_);
  return table_.leading();
}

base::Result<std::int64_t> Lessor::renew(LeaseId id, base::SteadyTime now) {
  const std::lock_guard lock(mutex_);
  return table_.renew(id, now);
}

base::Result<std::int64_t> Lessor::remaining(LeaseId id, base::SteadyTime now) const {
  const std::lock_guard lock(mutex_);
  return table_.remaining(id, now);
}

std::vector<LeaseId> Lessor::expired(base::SteadyTime now) {
  const std::lock_guard lock(mutex_);
  const double rate = static_cast<double>(options_.revokes_per_second);
  const std::chrono::duration<double> elapsed = now - budget_at_;
  budget_at_ = now;
  revoke_budget_ = std::clamp(revoke_budget_ + elapsed.count() * rate, 0.0, rate);
  std::vector<LeaseId> ended = table_.expired(now, static_cast<std::size_t>(revoke_budget_));
  revoke_budget_ -= static_cast<double>(ended.size());
  return ended;
}

bool Lessor::needs_reset(LeaseId id) const {
  const std::lock_guard lock(mutex_);
  return table_.needs_reset(id);
}

wire::LeaseCheckpointRequest Lessor::checkpoints(base::SteadyTime now) {
  constexpr std::size_t kAtOnceMax = 1000;
  wire::LeaseCheckpointRequest request;
  const std::lock_guard lock(mutex_);
  for (const Lease& lease : table_.checkpoints(now, kAtOnceMax))
    request.checkpoints.push_back({lease.id, lease.remaining});
  return request;
}

std::size_t Lessor::size() const {
  const std::lock_guard lock(mutex_);
  return table_.size();
}

}  // namespace raft_store::mvcc
