#include <algorithm>
#include "sim/member.hpp"

/// How a lost leader is replaced sooner, and who was removed is told, as electing.cpp, linking.cpp and
/// peer_service.cpp of raft-store have it.
namespace sim {
namespace {

constexpr int kSilentTicksMax = 2;
constexpr int kVotingTicks = 3;

}  // namespace

/// A process that has ended refuses connections; one that is cut off or stopped says nothing.
void Member::watch_leader() {
  const raft::NodeId leader = node_->leader();
  Member* peer = leader == raft::NodeId(0) || leader == id_ ? nullptr : find(leader);
  if (++silent_ticks_ < kSilentTicksMax || probing_ || !peer) return;
  probing_ = true;
  const auto told = std::make_shared<bool>(false);
  const auto end = [this, leader, told](bool gone) {
    if (!std::exchange(*told, true)) probed(leader, gone);
  };
  network_.carry(id_, leader, 0, [this, leader, peer, end, incarnation = incarnation_] {
    network_.carry(leader, id_, 0, [this, end, incarnation, gone = !peer->up()] {
      if (incarnation == incarnation_) enter([end, gone] { end(gone); });
    });
  });
  later(env_.plan.raft.election_ticks * kTick, [end] { end(false); });
}

void Member::probed(raft::NodeId leader, bool gone) {
  probing_ = false;
  if (!gone || silent_ticks_ < kSilentTicksMax || node_->leader() != leader) return;
  ++env_.stats["leaders given up"];
  note_time();
  node_->forget_leader();
  pump();
}

void Member::hurry_election() {
  if (node_->leader() != raft::NodeId(0)) {
    leaderless_ticks_ = resting_ticks_ = 0;
    hurried_term_ = node_->term();
    return;
  }
  if (node_->term() != hurried_term_) {
    hurried_term_ = node_->term();
    resting_ticks_ = kVotingTicks;
  }
  if (resting_ticks_ > 0) {
    --resting_ticks_;
    return;
  }
  if (++leaderless_ticks_ > 2 * env_.plan.raft.election_ticks) return;
  const std::size_t others = std::max<std::size_t>(3, node_->membership().voters.size()) - 1;
  if (env_.random.below(others) == 0) node_->campaign();
}

bool Member::was_removed(const raft::Message& message) const {
  const auto* request = std::get_if<raft::RequestVote>(&message.body);
  const raft::Index committed = node_->log().committed();
  return request && request->last.index <= committed && !node_->membership().contains(message.from) &&
         !node_->membership_at(committed).contains(message.from);
}

/// Its process ends, for good.
void Member::disowned() {
  if (!up()) return;
  if (env_.checker.membership().contains(id_))
    env_.checker.fail("member " + std::to_string(id_.value) + " ends as removed, and is a member");
  ++env_.stats["members disowned"];
  wipe();
}

void Member::note_removal() {
  const raft::Membership& settled = node_->membership_at(node_->log().committed());
  if (settled == settled_) return;
  const bool removed = settled_.contains(id_) && !settled.contains(id_);
  settled_ = settled;
  if (!removed) return;
  const auto successor =
      std::ranges::find_if(settled_.voters, [&](raft::NodeId id) { return find(id)->up(); });
  if (node_->leader() == raft::NodeId(0) && successor != settled_.voters.end())
    network_.send({id_, *successor, node_->term(), raft::TimeoutNow{}});
  later(env_.plan.raft.election_ticks * kTick, [this] { disowned(); });
}

}  // namespace sim
