#include <algorithm>
#include "raft-store/replication/engine.hpp"

/// How a lost leader is replaced sooner than raft::Node's timeouts alone would. All of it is only advice to
/// stand for election, which is safe at any time; pre-votes keep it from disturbing a leader that others
/// hear.
namespace raft_store::replication {
namespace {

/// Heartbeats that a leader may owe before it is asked whether it is there at all.
constexpr int kSilentTicksMax = 2;
/// How long votes may take, disk included, before another election is tried.
constexpr int kVotingTicks = 3;

}  // namespace

/// A process that was killed refuses connections, which a slow, stopped or cut off one does not: then nobody
/// need wait for a timeout.
void Engine::watch_leader() {
  const auto link = links_.find(node_.leader());
  if (++silent_ticks_ < kSilentTicksMax || probing_ || link == links_.end()) return;
  probing_ = true;
  tasks_.spawn("probe", [this, leader = link->second] { return probe(leader); });
}

base::Awaitable<void> Engine::probe(PeerLinkPtr leader) {
  const bool gone = co_await leader->refuses(options_.election_timeout);
  probing_ = false;
  note_time();
  if (!gone || stopping_ || silent_ticks_ < kSilentTicksMax || node_.leader() != leader->peer().id) co_return;
  node_.forget_leader();
  pump();
}

/// Without a leader a member stands again and again, at random so that few do at once: who was refused
/// because others still heard the leader, or split the votes, need not wait for a whole timeout. For two
/// timeouts; then there is no majority to be had, and raft::Node goes on in its own time.
void Engine::hurry_election() {
  if (node_.leader() != raft::NodeId(0)) {
    leaderless_ticks_ = resting_ticks_ = 0;
    hurried_term_ = node_.term();
    return;
  }
  if (node_.term() != hurried_term_) {
    hurried_term_ = node_.term();
    resting_ticks_ = kVotingTicks;
  }
  if (resting_ticks_ > 0) {
    --resting_ticks_;
    return;
  }
  if (++leaderless_ticks_ * options_.heartbeat_interval > 2 * options_.election_timeout) return;
  const std::size_t others = std::max<std::size_t>(3, node_.membership().voters.size()) - 1;
  if (random_() % others == 0) node_.campaign();
}

}  // namespace raft_store::replication
