#include <algorithm>
#include <vector>
#include "sim/chaos.hpp"

/// Sequences in which every step waits for the one before, for rules that only matter then.
namespace sim {
namespace {

using Ids = std::set<raft::NodeId>;

Ids with(Ids ids, const Ids& more) {
  ids.insert(more.begin(), more.end());
  return ids;
}

Ids without(Ids ids, const Ids& fewer) {
  for (const raft::NodeId id : fewer)
    ids.erase(id);
  return ids;
}

std::size_t majority(const Ids& voters) {
  return voters.size() / 2 + 1;
}

}  // namespace

Time Chaos::elections(int n) const {
  return 2 * n * env_.plan.raft.election_ticks * kTick;
}

const raft::Node* Chaos::node(raft::NodeId id) const {
  const auto found = members_.find(id);
  return found == members_.end() ? nullptr : found->second->node();
}

/// Only those of one group reach each other; whoever is in none is alone.
void Chaos::part(const std::vector<Ids>& groups) {
  network_.mend();
  std::string story = "the network falls into";
  for (const auto& [a, member_a] : members_)
    for (const auto& [b, member_b] : members_)
      if (a != b && std::ranges::none_of(groups, [&, a = a, b = b](const Ids& group) {
            return group.contains(a) && group.contains(b);
          }))
        network_.cut(a, b);
  for (const Ids& group : groups) {
    story += " (";
    for (const raft::NodeId id : group)
      story += " " + std::to_string(id.value);
    story += " )";
  }
  env_.note(story);
}

/// Who leads among these in a term after `after`; null if nobody does.
Member* Chaos::leader_among(const Ids& ids, raft::Term after) {
  for (const raft::NodeId id : ids)
    if (const raft::Node* one = node(id); one && one->role() == raft::Role::leader && one->term() > after)
      return members_.at(id).get();
  return nullptr;
}

/// At least `wanted` learners that have all there is, made if need be. Ask `caught_up` of them.
Ids Chaos::newcomers(Member& at, std::size_t wanted) {
  raft::Membership target = at.node()->membership();
  Ids chosen;
  for (const raft::NodeId id : target.learners)
    if (chosen.size() < wanted && node(id)) chosen.insert(id);
  while (chosen.size() < wanted && members_.size() < kMembersEver) {
    const Ids before = target.learners;
    add_to(target, true);
    chosen.merge(without(target.learners, before));
  }
  if (target != at.node()->membership()) propose_members(at, target);
  return chosen;
}

bool Chaos::caught_up(const raft::Node* leader, const Ids& ids) const {
  if (!leader || leader->role() != raft::Role::leader) return false;
  return std::ranges::all_of(ids, [&](raft::NodeId id) {
    const raft::Node* one = node(id);
    return one && one->log().last() == leader->log().last() && one->membership() == leader->membership();
  });
}

void Chaos::propose_members(Member& at, const raft::Membership& target) {
  at.ask([this, target](raft::Node& node) {
    if (!node.propose_membership(target)) return;
    env_.note(std::to_string(node.id().value) + " changes the members to " + to_string(target));
    ++env_.stats["member changes"];
  });
}

/// Figure 8 of the paper: an entry is on a minority; another leader, elected without it, has one in its place
/// that nobody else gets; the first one's side leads again and spreads the old entry to a majority, and
/// nothing of its own term; then the second one may still win.
Script Chaos::figure_8() {
  Member* first = leader();
  if (!first) co_return;
  const Ids voters = first->node()->membership().voters;
  if (voters.size() % 2 == 0 || voters.size() < 3 || first->node()->membership().joint()) co_return;
  ++env_.stats["scripts: figure 8"];
  Ids side{first->id()};
  while (side.size() < majority(voters) - 1)
    side.insert(env_.random.pick(voters));
  const Ids rest = without(voters, side);
  const raft::Term old = first->node()->term();
  raft::Index common = first->node()->log().last().index;
  part({side, rest});
  // What the side has, and no other. Once it is cut off nothing of it can be committed.
  const auto has_its_own = [&] {
    return std::ranges::all_of(side, [&](raft::NodeId id) {
      const raft::Node* one = node(id);
      return one && one->log().stable() > common && one->log().last().term == old;
    });
  };
  const bool apart = co_await stage_.until(has_its_own, elections(1));
  if (!apart) co_return network_.mend();
  for (const raft::NodeId id : rest)
    if (const raft::Node* one = node(id)) common = std::max(common, one->log().last().index);

  Member* second = nullptr;
  const auto second_leads = [&] { return (second = leader_among(rest, old)) != nullptr; };
  const bool twice = co_await stage_.until(second_leads, elections(3));
  if (!twice) co_return network_.mend();
  const raft::Term between = second->node()->term();
  const Ids alone{second->id()}, others = without(rest, alone);
  part({side, others, alone});
  const auto written = [&] {
    const raft::Node* one = second->node();
    return one && one->log().last().term == between && one->log().stable() == one->log().last().index;
  };
  const bool kept = co_await stage_.until(written, 20 * kTick);
  if (!kept) co_return network_.mend();

  part({with(side, others), alone});
  Member* again = nullptr;
  const auto spread = [&] {
    again = leader_among(side, between);
    return again && std::ranges::any_of(others, [&](raft::NodeId id) {
             const raft::Node* one = node(id);
             return one && one->log().last().index > common && one->log().last().term == old;
           });
  };
  const bool thrice = co_await stage_.until(spread, elections(4));
  if (!thrice) co_return network_.mend();
  ++env_.stats["scripts: figure 8, to the end"];
  // From now on it only hears: that the old entry has arrived.
  for (const auto& [id, member] : members_)
    network_.cut(again->id(), id);
  co_await stage_.pause(env_.random.between(1, 3) * kTick);
  part({side, rest});
  const raft::Term last = again->up() ? again->node()->term() : between;
  const auto second_again = [&] { return leader_among(rest, last) != nullptr; };
  co_await stage_.until(second_again, elections(4));
  network_.mend();
}

/// The members are replaced by others, and who knows of it is parted from the old ones: neither side may
/// decide alone, and the old one goes on.
Script Chaos::joint_apart() {
  Member* at = leader();
  if (!at) co_return;
  const Ids old = at->node()->membership().voters;
  if (old.size() < 3 || old.size() % 2 == 0 || at->node()->membership().joint()) co_return;
  ++env_.stats["scripts: joint"];
  network_.mend();
  const Ids fresh = newcomers(*at, 2 + env_.random.below(2));
  const auto level = [&] { return caught_up(at->node(), fresh); };
  const bool ready = co_await stage_.until(level, elections(4));
  if (!ready || fresh.size() < 2) co_return;
  const Ids side = with(fresh, {at->id()}), rest = without(old, side);
  const raft::Term term = at->node()->term();
  part({side, rest});
  raft::Membership target = at->node()->membership();
  target.voters = env_.random.chance(500) ? side : fresh;
  for (const raft::NodeId id : target.voters)
    target.learners.erase(id);
  propose_members(*at, target);
  const auto known = [&] {
    return std::ranges::all_of(fresh,
                               [&](raft::NodeId id) { return node(id) && node(id)->membership().joint(); });
  };
  const bool joint = co_await stage_.until(known, elections(1));
  if (joint) ++env_.stats["scripts: joint, to the end"];
  if (joint && env_.random.chance(500)) at->crash("killed in a change of all members");
  const auto rest_goes_on = [&] { return leader_among(rest, term) != nullptr; };
  co_await stage_.until(rest_goes_on, elections(3));
  co_await stage_.pause(elections(env_.random.chance(500) ? 1 : 3));
  network_.mend();
}

/// Two changes by one member each, the second one while the first is not committed: together they would give
/// a minority the majority.
Script Chaos::grow_twice() {
  Member* at = leader();
  if (!at) co_return;
  const Ids old = at->node()->membership().voters;
  if ((old.size() != 3 && old.size() != 5) || at->node()->membership().joint()) co_return;
  ++env_.stats["scripts: two changes"];
  network_.mend();
  const Ids fresh = newcomers(*at, 2);
  const auto level = [&] { return caught_up(at->node(), fresh); };
  const bool ready = co_await stage_.until(level, elections(4));
  if (!ready || fresh.size() < 2) co_return;
  Ids side{at->id()};
  while (side.size() < majority(old) - 1)
    side.insert(env_.random.pick(old));
  const Ids rest = without(old, side);
  const raft::Term term = at->node()->term();
  part({with(side, fresh), rest});
  ++env_.stats["scripts: two changes, to the end"];
  for (const raft::NodeId id : fresh) {
    if (!at->up()) break;
    raft::Membership target = at->node()->membership();
    target.learners.erase(id);
    target.voters.insert(id);
    propose_members(*at, target);
    co_await stage_.pause(env_.random.between(0, kTick));
  }
  const auto rest_goes_on = [&] { return leader_among(rest, term) != nullptr; };
  co_await stage_.until(rest_goes_on, elections(3));
  co_await stage_.pause(elections(1));
  network_.mend();
}

/// A lone voter takes a learner in, and restarts before that one knows: it needs a vote from who cannot stand
/// and has heard of no other leader.
Script Chaos::promote_alone() {
  Member* at = leader();
  if (!at || at->node()->membership().voters.size() != 1 || at->node()->membership().joint()) co_return;
  network_.mend();
  const Ids fresh = newcomers(*at, 1);
  const auto level = [&] { return caught_up(at->node(), fresh); };
  const bool ready = co_await stage_.until(level, elections(4));
  if (!ready || fresh.empty()) co_return;
  ++env_.stats["scripts: promotion alone"];
  raft::Membership target = at->node()->membership();
  const raft::NodeId learner = *fresh.begin();
  target.learners.erase(learner);
  target.voters.insert(learner);
  part({{at->id()}, {learner}});
  propose_members(*at, target);
  const auto written = [&] {
    const raft::Node* one = at->node();
    return one && one->membership() == target && one->log().stable() == one->log().last().index;
  };
  const bool kept = co_await stage_.until(written, elections(1));
  if (!kept) co_return network_.mend();
  at->crash("killed when it has taken in another voter");
  network_.mend();
  // For as long as it takes, so that nothing else helps it.
  const auto somebody_leads = [&] { return leader_among(target.voters, raft::Term(0)) != nullptr; };
  co_await stage_.until(somebody_leads, elections(100));
  co_await stage_.pause(elections(1));
  Member* led = leader();
  if (!led) co_return;
  raft::Membership lone = led->node()->membership();
  lone.outgoing.clear();
  lone.learners = without(with(lone.learners, lone.voters), {led->id()});
  lone.voters = {led->id()};
  propose_members(*led, lone);
}

}  // namespace sim
