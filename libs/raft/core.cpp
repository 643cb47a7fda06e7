#include "raft/core.hpp"
#include <algorithm>
#include "base/assert.hpp"

namespace raft {

std::string_view to_string(Role role) noexcept {
  switch (role) {
    case Role::follower:
      return "follower";
    case Role::pre_candidate:
      return "pre-candidate";
    case Role::candidate:
      return "candidate";
    case Role::leader:
      return "leader";
  }
  return "?";
}

bool Ready::empty() const noexcept {
  return messages.empty() && !needs_write && messages_after_write.empty() && committed.empty() &&
         reads.empty() && reads_dropped.empty() && snapshots_wanted.empty();
}

Node::Node(const Options& options, Start start)
    : options_(options),
      random_(options.seed ^ options.id.value),
      hard_(start.hard_state),
      log_(start.snapshot.id, std::move(start.entries)) {
  COX_ASSERT(options_.id != NodeId(0), "a member needs an id");
  COX_ASSERT(options_.election_ticks > options_.heartbeat_ticks, "elections must be slower than heartbeats");
  COX_ASSERT(options_.lease_length == 0 || options_.check_quorum, "leases need a quorum that is checked");
  memberships_[start.snapshot.id.index] = std::move(start.snapshot.membership);
  for (Index i = log_.first(); i <= log_.last().index; ++i)
    note_memberships({log_.at(i)});
  log_.commit_to(std::max(start.applied, std::min(hard_.commit, log_.last().index)));
  log_.applied_to(std::max(start.applied, log_.applied()));
  hard_.commit = log_.committed();
  hard_given_ = hard_durable_ = hard_;
  reset(hard_.term);
  // What was promised before the restart is not known: all of it, but of a member that knows to be alone.
  const bool alone = membership().voters == std::set<NodeId>{options_.id} && !membership().joint();
  if (alone && memberships_.rbegin()->first <= log_.committed()) promise_elapsed_ = options_.election_ticks;
}

void Node::note_memberships(const std::vector<Entry>& entries) {
  for (const Entry& entry : entries) {
    if (entry.kind != EntryKind::membership) continue;
    base::Result<Membership> membership = decode_membership(*entry.data);
    // Peers are trusted to be members of ours: what they send passed the leader's checks.
    COX_ASSERT(membership.has_value(), "a membership entry that cannot be decoded");
    memberships_[entry.id.index] = std::move(*membership);
  }
}

const Membership& Node::membership_at(Index index) const {
  auto after = memberships_.upper_bound(index);
  COX_ASSERT(after != memberships_.begin(), "the configuration at this index was compacted away");
  return std::prev(after)->second;
}

bool Node::committed_in_term() const {
  return log_.term_at(log_.committed()) == hard_.term;
}

void Node::send_now(NodeId to, Body body) {
  now_.push_back({options_.id, to, hard_.term, std::move(body)});
}

void Node::send_after_write(NodeId to, Body body) {
  after_write_.push_back({options_.id, to, hard_.term, std::move(body)});
}

base::Result<void> Node::propose(std::vector<Data> commands) {
  if (role_ != Role::leader) {
    if (leader_ == NodeId(0)) return base::Error(base::Errc::unavailable, "raft: no leader");
    now_.push_back({options_.id, leader_, Term(0), Propose{std::move(commands)}});
    return {};
  }
  if (transfer_to_ != NodeId(0))
    return base::Error(base::Errc::unavailable, "raft: leadership is being handed over");
  std::size_t bytes = 0;
  for (const Data& data : commands)
    bytes += data->size();
  if (uncommitted_bytes_ > 0 && uncommitted_bytes_ + bytes > options_.uncommitted_bytes_max)
    return base::Error(base::Errc::resource_exhausted, "raft: too much is proposed and not committed yet");
  append_as_leader(EntryKind::command, std::move(commands));
  return {};
}

base::Result<void> Node::propose_membership(const Membership& target) {
  if (role_ != Role::leader || !committed_in_term() || transfer_to_ != NodeId(0))
    return base::Error(base::Errc::unavailable, "raft: not a settled leader");
  if (memberships_.rbegin()->first > log_.committed() || membership().joint())
    return base::Error(base::Errc::conflict, "raft: another change of members is under way");
  const base::Result<Membership> next = plan_change(membership(), target);
  if (!next) return next.error();
  append_as_leader(EntryKind::membership, {make_data(encode_membership(*next))});
  return {};
}

bool Node::has_ready() const {
  const bool write =
      !writing_ && (snapshot_ || log_.stable() < log_.last().index || hard_.term != hard_given_.term ||
                    hard_.vote != hard_given_.vote || log_.committed() != hard_given_.commit);
  const bool apply = !applying_ && log_.applied() < std::min(log_.committed(), log_.stable());
  return write || apply || !now_.empty() || (!writing_ && !after_write_.empty()) || !reads_.empty() ||
         !reads_dropped_.empty() || !snapshots_wanted_.empty();
}

Ready Node::take_ready() {
  Ready ready;
  ready.messages.swap(now_);
  if (!writing_) fill_write(ready);
  if (!applying_) fill_committed(ready);
  ready.reads.swap(reads_);
  ready.reads_dropped.swap(reads_dropped_);
  ready.snapshots_wanted.swap(snapshots_wanted_);
  return ready;
}

void Node::fill_write(Ready& ready) {
  hard_.commit = log_.committed();
  ready.snapshot.swap(snapshot_);
  ready.entries = log_.take_unstable();
  if (hard_ != hard_given_) ready.hard_state = hard_;
  ready.must_sync = ready.snapshot || !ready.entries.empty() || hard_.term != hard_given_.term ||
                    hard_.vote != hard_given_.vote;
  ready.needs_write = writing_ = ready.must_sync || ready.hard_state.has_value();
  hard_given_ = hard_;
  ready.messages_after_write.swap(after_write_);
}

void Node::fill_committed(Ready& ready) {
  const Index upto = std::min(log_.committed(), log_.stable());
  if (log_.applied() >= upto) return;
  ready.committed = log_.slice(log_.applied() + 1, upto, options_.apply_bytes_max);
  applying_ = true;
}

void Node::persisted() {
  COX_ASSERT(writing_, "persisted() without a write");
  writing_ = false;
  log_.written();
  hard_durable_ = hard_given_;
  if (role_ == Role::candidate && hard_durable_.term == hard_.term && hard_durable_.vote == options_.id)
    take_vote(options_.id, true);
  if (role_ != Role::leader) return;
  const auto self = peers_.find(options_.id);
  if (self != peers_.end() && self->second.accepted(log_.stable())) maybe_commit();
}

void Node::applied(Index index) {
  COX_ASSERT(applying_, "applied() without committed entries");
  applying_ = false;
  // A snapshot may have overtaken what was being applied.
  if (index > log_.applied()) log_.applied_to(index);
}

void Node::compact(Index index) {
  log_.compact(index);
  const auto kept = std::prev(memberships_.upper_bound(log_.compacted().index));
  memberships_.erase(memberships_.begin(), kept);
}

Status Node::status() const {
  Status status;
  status.id = options_.id;
  status.leader = leader_;
  status.role = role_;
  status.term = hard_.term;
  status.last = log_.last();
  status.first = log_.first();
  status.committed = log_.committed();
  status.applied = log_.applied();
  status.membership = membership();
  status.peers = peers_;
  return status;
}

}  // namespace raft
