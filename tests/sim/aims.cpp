#include <vector>
#include "sim/chaos.hpp"

/// Sequences that chance alone seldom makes, each aimed at one kind of rule.
namespace sim {
namespace {

/// So that an election can come to its end, and the next one has not begun.
Time election_time(const Plan& plan) {
  return plan.raft.election_ticks * kTick;
}

}  // namespace

void Chaos::aim() {
  ++env_.stats["aimed faults"];
  switch (env_.plan.aim) {
    case Aim::reads:
      depose();
      return;
    case Aim::members:
      return change_members_badly();
    case Aim::elections:
      if (env_.random.chance(500)) return leave_with_one();
      figure_8();
      return;
    case Aim::none:
      return;
  }
}

void Chaos::change_members_badly() {
  Member* at = leader();
  if (at && at->node()->membership().voters.size() == 1 && env_.random.chance(700)) {
    promote_alone();
    return;
  }
  const std::uint64_t dice = env_.random.below(5);
  if (dice < 2) joint_apart();
  if (dice == 2 || dice == 3) grow_twice();
  if (dice == 4) change_torn();
}

void Chaos::cut_between(const std::set<raft::NodeId>& side) {
  for (const auto& [a, member_a] : members_)
    for (const auto& [b, member_b] : members_)
      if (side.contains(a) != side.contains(b)) network_.cut(a, b);
  std::string names;
  for (const raft::NodeId id : side)
    names += " " + std::to_string(id.value);
  env_.note("the network cuts off" + names);
}

/// Some of the voters, at most a half, without `leader`.
std::set<raft::NodeId> Chaos::companions(raft::NodeId leader, const raft::Membership& members) {
  std::vector<raft::NodeId> others;
  for (const raft::NodeId id : members.voters)
    if (id != leader) others.push_back(id);
  std::set<raft::NodeId> chosen;
  for (std::uint64_t n = env_.random.below(others.size() / 2 + 1); n > 0; --n)
    chosen.insert(env_.random.pick(others));
  return chosen;
}

void Chaos::in(Time delay, std::function<void()> what) {
  env_.events.after(delay, [this, what = std::move(what)] {
    if (!env_.healed) what();
  });
}

/// A leader is left with a minority until the others have another one, while clients ask it as before. Often
/// it is one that was made leader for this: a slow clock seldom wins an election.
Script Chaos::depose() {
  Member* member = leader();
  if (!member) co_return;
  const raft::NodeId chosen = env_.random.pick(member->node()->membership().everyone());
  if (chosen != member->id() && env_.random.chance(600)) {
    network_.mend();
    member->ask([chosen](raft::Node& node) { base::ignore_error(node.transfer_leadership(chosen)); });
    const auto leads = [&] { return leader_among({chosen}, raft::Term(0)) != nullptr; };
    const bool led = co_await stage_.until(leads, elections(1));
    if (!led) co_return;
    member = members_.at(chosen).get();
    co_await stage_.pause(env_.random.between(1, 12) * kTick);
    if (!member->up()) co_return;
  }
  std::set<raft::NodeId> side = companions(member->id(), member->node()->membership());
  side.insert(member->id());
  network_.mend();
  cut_between(side);
  in(election_time(env_.plan) * env_.random.between(1, 5), [this] { network_.mend(); });
}

/// A leader that reaches only a part of the voters changes the members, perhaps once more, and is lost; and
/// the old and the new members are parted, before the change is known to all.
void Chaos::change_torn() {
  Member* at = leader();
  if (!at) return;
  const raft::Membership old = at->node()->membership();
  std::set<raft::NodeId> lost;
  for (const raft::NodeId id : old.voters)
    if (id != at->id() && env_.random.chance(600)) lost.insert(id);
  network_.mend();
  cut_between(lost);
  Time delay = 0;
  for (std::int64_t changes = env_.random.between(1, 3); changes > 0; --changes) {
    in(delay, [this, at] { change_members_at(*at); });
    delay += env_.random.between(kTick / 10, 2 * kTick);
  }
  in(delay + env_.random.between(0, kTick), [this, at, lost] {
    const std::uint64_t dice = env_.random.below(4);
    if (dice < 2) at->crash("killed in a change of members");
    if (dice == 2) {
      network_.mend();
      cut_off(at->id());
    }
    if (dice == 0) network_.mend();
  });
  in(delay + election_time(env_.plan) * env_.random.between(2, 6), [this] { network_.mend(); });
}

/// Figure 8: a leader has one companion for a moment, so that what it appends is on two of many, and dies.
void Chaos::leave_with_one() {
  Member* member = leader();
  if (!member) return;
  std::vector<raft::NodeId> others;
  for (const raft::NodeId id : member->node()->membership().voters)
    if (id != member->id()) others.push_back(id);
  if (others.empty()) return;
  std::set<raft::NodeId> side{member->id()};
  if (env_.random.chance(700)) side.insert(env_.random.pick(others));
  network_.mend();
  cut_between(side);
  in(env_.random.between(kTick / 10, 2 * kTick), [this, member] {
    member->crash("killed with few companions");
    network_.mend();
  });
}

}  // namespace sim
