#include "sim/chaos.hpp"
#include <vector>

namespace sim {
namespace {

constexpr std::size_t kVotersMax = 7;
constexpr std::size_t kMembersMax = 9;  ///< Ever made beyond the first ones.

}  // namespace

void Chaos::start() {
  env_.events.after(env_.random.between(1, 2 * env_.plan.fault_period), [this] {
    if (env_.healed) return;
    act();
    start();
  });
}

void Chaos::act() {
  if (!stage_.empty()) return;  // A script is played.
  if (env_.plan.aim != Aim::none && env_.random.chance(600)) return aim();
  const std::uint64_t dice = env_.random.below(100);
  if (dice < 25) return crash();
  if (dice < 45) return partition();
  if (dice < 58) return network_.mend();
  if (dice < 65) return on_a_way([&](auto from, auto to) { network_.slow(from, to); });
  if (dice < 71) return anyone().pause(env_.random.between(1, 4 * env_.plan.raft.election_ticks) * kTick);
  if (dice < 74) return anyone().ask([](raft::Node& node) { node.campaign(); });
  if (dice < 82) return transfer();
  if (env_.plan.changes_members) change_members();
  wipe_removed();
}

Member& Chaos::anyone() {
  return *env_.random.pick(members_).second;
}

void Chaos::on_a_way(const std::function<void(raft::NodeId, raft::NodeId)>& what) {
  const raft::NodeId from = anyone().id();
  const raft::NodeId to = anyone().id();
  what(from, to);
}

Member* Chaos::leader() {
  std::vector<Member*> leaders;
  for (const auto& [id, member] : members_)
    if (member->up() && member->node()->role() == raft::Role::leader) leaders.push_back(member.get());
  return leaders.empty() ? nullptr : env_.random.pick(leaders);
}

void Chaos::crash() {
  const std::uint64_t dice = env_.random.below(10);
  if (dice == 0) {  // A power cut.
    for (const auto& [id, member] : members_)
      member->crash("power cut");
    return;
  }
  Member* victim = dice < 5 ? leader() : &anyone();
  if (victim) victim->crash("killed");
}

void Chaos::cut_off(raft::NodeId id) {
  // Both ways, or one of them.
  const std::uint64_t ways = env_.random.below(4);
  for (const auto& [other, member] : members_) {
    if (other == id) continue;
    if (ways != 1) network_.cut(id, other);
    if (ways != 2) network_.cut(other, id);
  }
  env_.note("the network cuts off " + std::to_string(id.value));
}

void Chaos::partition() {
  ++env_.stats["partitions"];
  const std::uint64_t dice = env_.random.below(4);
  if (dice == 0) return on_a_way([&](auto from, auto to) { network_.cut(from, to); });
  if (dice == 1) return cut_off(anyone().id());
  if (dice == 2) {
    if (Member* member = leader()) cut_off(member->id());
    return;
  }
  std::set<raft::NodeId> side;
  for (const auto& [id, member] : members_)
    if (env_.random.chance(500)) side.insert(id);
  for (const auto& [a, member_a] : members_)
    for (const auto& [b, member_b] : members_)
      if (side.contains(a) != side.contains(b)) network_.cut(a, b);
  env_.note("the network falls in two");
}

void Chaos::transfer() {
  Member* from = leader();
  if (!from) return;
  const raft::NodeId to = anyone().id();
  from->ask([this, to](raft::Node& node) {
    if (!node.transfer_leadership(to)) return;
    env_.note(std::to_string(node.id().value) + " hands leadership to " + std::to_string(to.value));
    ++env_.stats["transfers"];
  });
}

void Chaos::change_members() {
  if (Member* at = leader()) change_members_at(*at);
}

void Chaos::change_members_at(Member& at) {
  if (!at.up()) return;
  if (const auto target = choose_target(at.node()->membership())) propose_members(at, *target);
}

void Chaos::add_to(raft::Membership& target, bool learner) {
  raft::Membership flags = target;
  // Its id is the next; the flags count everyone as a voter, as --initial-cluster does.
  flags.voters.insert(target.learners.begin(), target.learners.end());
  flags.learners.clear();
  flags.voters.insert(raft::NodeId(members_.size() + 1));
  Member& joined = add_(flags);
  (learner ? target.learners : target.voters).insert(joined.id());
}

/// One of: add a learner or voter, promote, demote, remove, replace, change much at once.
std::optional<raft::Membership> Chaos::choose_target(const raft::Membership& now) {
  raft::Membership target = now;
  target.outgoing.clear();
  const bool room = target.voters.size() < kVotersMax &&
                    members_.size() < static_cast<std::size_t>(env_.plan.members) + kMembersMax;
  const auto remove = [&] {
    if (target.voters.size() > 1) target.voters.erase(env_.random.pick(target.voters));
  };
  const auto demote = [&] {
    if (target.voters.size() < 2) return;
    const raft::NodeId id = env_.random.pick(target.voters);
    target.voters.erase(id);
    target.learners.insert(id);
  };
  const auto promote = [&] {
    if (target.learners.empty() || target.voters.size() >= kVotersMax) return;
    const raft::NodeId id = env_.random.pick(target.learners);
    target.learners.erase(id);
    target.voters.insert(id);
  };
  switch (env_.random.below(8)) {
    case 0:
      if (room) add_to(target, true);
      break;
    case 1:
      if (room) add_to(target, false);
      break;
    case 2:
      promote();
      break;
    case 3:
      demote();
      break;
    case 4:
      remove();
      break;
    case 5:  // Replace.
      if (room) add_to(target, false);
      remove();
      break;
    case 6:
      if (!target.learners.empty()) target.learners.erase(env_.random.pick(target.learners));
      break;
    default:
      promote();
      demote();
      remove();
      if (room) add_to(target, env_.random.chance(500));
  }
  if (target == now) return std::nullopt;
  return target;
}

void Chaos::wipe_removed() {
  const raft::Membership& now = env_.checker.membership();
  if (now.voters.empty() || now.joint()) return;
  for (const auto& [id, member] : members_)
    if (!now.contains(id) && env_.checker.was_member(id) && (env_.healed || env_.random.chance(300)))
      member->wipe();
}

}  // namespace sim
