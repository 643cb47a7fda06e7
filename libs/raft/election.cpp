#include "base/assert.hpp"
#include "raft/core.hpp"
#include "raft/quorum.hpp"

/// Terms, votes and roles: §5.2, §5.4.1, thesis §3.10, §4.2.3, §6.2 and §9.6.
namespace raft {

void Node::tick() {
  ++election_elapsed_;
  ++promise_elapsed_;
  if (role_ != Role::leader) {
    if (election_elapsed_ < election_timeout_) return;
    // Who may not stand forgets its leader all the same: it would protect it for ever.
    if (promotable())
      campaign();
    else
      become_follower(hard_.term, NodeId(0));
    return;
  }
  if (election_elapsed_ >= options_.election_ticks) {
    election_elapsed_ = 0;
    transfer_to_ = NodeId(0);
    if (options_.check_quorum) check_quorum();
    if (role_ != Role::leader) return;
  }
  if (++heartbeat_elapsed_ >= options_.heartbeat_ticks) {
    heartbeat_elapsed_ = 0;
    broadcast_heartbeat();
  }
}

void Node::check_quorum() {
  std::set<NodeId> active{options_.id};
  for (auto& [id, peer] : peers_) {
    if (peer.recently_active) active.insert(id);
    peer.recently_active = false;
  }
  if (!has_quorum(membership(), active)) become_follower(hard_.term, NodeId(0));
}

bool Node::leased() const noexcept {
  return options_.check_quorum && leader_ != NodeId(0) && election_elapsed_ < options_.election_ticks;
}

bool Node::promised() const noexcept {
  return options_.lease_length > 0 && promise_elapsed_ < options_.election_ticks;
}

void Node::reset(Term term) {
  if (term != hard_.term) {
    hard_.term = term;
    hard_.vote = NodeId(0);
  }
  drop_reads();
  leader_ = NodeId(0);
  election_elapsed_ = heartbeat_elapsed_ = 0;
  const int spread =
      options_.election_spread_ticks > 0 ? options_.election_spread_ticks : options_.election_ticks;
  election_timeout_ =
      options_.election_ticks + static_cast<int>(random_() % static_cast<std::uint64_t>(spread));
  votes_.clear();
  peers_.clear();
  transfer_to_ = NodeId(0);
  uncommitted_bytes_ = 0;
  heartbeats_.clear();
  promises_.clear();
  hands_over_ = false;
}

void Node::become_follower(Term term, NodeId leader) {
  COX_ASSERT(term >= hard_.term, "a term never goes back");
  reset(term);
  role_ = Role::follower;
  leader_ = leader;
}

bool Node::promotable() const {
  if (snapshot_) return false;  // A log that is still being installed says nothing about what is committed.
  if (membership().is_voter(options_.id)) return true;
  // A removed voter may be needed until its removal is committed (thesis §4.2.2).
  auto last = std::prev(memberships_.end());
  return last->first > log_.committed() && last != memberships_.begin() &&
         std::prev(last)->second.is_voter(options_.id);
}

void Node::campaign() {
  if (role_ == Role::leader || !promotable() || promised()) return;
  if (options_.pre_vote)
    start_pre_vote();
  else
    start_election(false);
}

void Node::forget_leader() {
  if (role_ == Role::follower && leader_ != NodeId(0)) become_follower(hard_.term, NodeId(0));
}

void Node::start_pre_vote() {
  const Term term = hard_.term;
  reset(term);
  role_ = Role::pre_candidate;
  ask_for_votes(term + 1, true, false);
  take_vote(options_.id, true);
}

void Node::start_election(bool transfer) {
  reset(hard_.term + 1);
  role_ = Role::candidate;
  hard_.vote = options_.id;
  // Our own vote counts when it is durable: see persisted().
  ask_for_votes(hard_.term, false, transfer);
}

void Node::ask_for_votes(Term term, bool pre, bool transfer) {
  const RequestVote request{log_.last(), pre, transfer};
  for (const NodeId id : membership().everyone())
    if (id != options_.id && membership().is_voter(id))
      after_write_.push_back({options_.id, id, term, request});
}

void Node::take_vote(NodeId from, bool granted) {
  votes_.emplace(from, granted);
  const VoteResult result = count_votes(membership(), votes_);
  if (result == VoteResult::lost) become_follower(hard_.term, NodeId(0));
  if (result != VoteResult::won) return;
  if (role_ == Role::pre_candidate)
    start_election(false);
  else
    become_leader();
}

void Node::become_leader() {
  COX_ASSERT(role_ == Role::candidate, "only a candidate wins an election");
  reset(hard_.term);
  role_ = Role::leader;
  leader_ = options_.id;
  adopt_peers();
  // Whatever earlier leaders left uncommitted counts against the bound, so that it cannot grow without end.
  for (Index i = log_.committed() + 1; i <= log_.last().index; ++i)
    uncommitted_bytes_ += log_.at(i).data->size();
  append_as_leader(EntryKind::empty, {make_data({})});
}

void Node::on(const Message& m, const RequestVote& request) {
  const bool may_vote = hard_.vote == m.from || (hard_.vote == NodeId(0) && leader_ == NodeId(0)) ||
                        (request.pre && m.term > hard_.term);
  const bool kept = promised() && !request.transfer;
  const bool granted = may_vote && !kept && log_.up_to_date(request.last);
  if (granted && !request.pre) {
    hard_.vote = m.from;
    election_elapsed_ = 0;
  }
  // A granted pre-vote answers in the term that was asked about, so that the candidate can tell it from an
  // old one.
  const Term term = granted ? m.term : hard_.term;
  after_write_.push_back({options_.id, m.from, term, VoteResponse{granted, request.pre}});
}

void Node::on(const Message& m, const VoteResponse& response) {
  const Role wanted = response.pre ? Role::pre_candidate : Role::candidate;
  if (role_ != wanted) return;
  if (response.pre && response.granted && m.term != hard_.term + 1) return;
  take_vote(m.from, response.granted);
}

void Node::on(const Message&, const TimeoutNow&) {
  if (role_ != Role::leader && promotable()) start_election(true);
}

}  // namespace raft
