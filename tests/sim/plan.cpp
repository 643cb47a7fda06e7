#include "sim/plan.hpp"
#include <algorithm>
#include "sim/random.hpp"

namespace sim {
namespace {

/// Small bounds, so that windows fill and logs are cut often.
void choose_raft(Plan& plan, Random& random) {
  plan.raft.election_ticks = static_cast<int>(random.between(4, 12));
  plan.raft.pre_vote = !random.chance(200);
  plan.raft.check_quorum = !random.chance(200);
  plan.raft.append_bytes_max = static_cast<std::size_t>(random.between(1, random.chance(500) ? 200 : 4000));
  plan.raft.apply_bytes_max = static_cast<std::size_t>(random.between(1, random.chance(300) ? 100 : 4000));
  plan.raft.inflight_messages_max = static_cast<std::size_t>(random.between(1, random.chance(500) ? 3 : 64));
  plan.raft.inflight_bytes_max = static_cast<std::size_t>(random.between(100, 20'000));
  plan.raft.uncommitted_bytes_max = static_cast<std::size_t>(random.between(100, 10'000));
}

void choose_faults(Plan& plan, Random& random) {
  // A fifth of the runs has a network that is merely quick: other faults show better there.
  if (!random.chance(200)) {
    plan.loss = static_cast<int>(random.between(0, random.chance(300) ? 200 : 30));
    plan.duplication = static_cast<int>(random.between(0, 100));
    plan.straggler = static_cast<int>(random.between(0, 50));
  }
  plan.delay_max = random.between(50, random.chance(300) ? 3000 : 800);
  plan.sync_max = random.between(60, random.chance(300) ? 4000 : 600);
  plan.slow_disk = static_cast<int>(random.between(0, 40));
  plan.drift = static_cast<int>(random.between(0, 200));
  plan.crash_point = random.chance(400) ? 0 : static_cast<int>(random.between(1, 8));
  plan.apply_max = random.between(10, random.chance(300) ? 3000 : 200);
  // From a fault every few ticks to long quiet times, in which much is done.
  plan.fault_period = random.between(2, random.chance(500) ? 100 : 15) * kTick;
  plan.changes_members = random.chance(700);
}

/// Leaders that do not know that they are not; companions need five members.
void aim_at_reads(Plan& plan, Random& random) {
  plan.aim = Aim::reads;
  plan.raft.check_quorum = random.chance(500);
  plan.fault_period = random.between(20, 60) * kTick;
  plan.sticky = 950;
}

void choose_aim(Plan& plan) {
  Random random(plan.seed ^ 0xa1);
  plan.down_max = 3 * plan.fault_period;
  switch (random.below(5)) {
    case 0:
      aim_at_reads(plan, random);
      break;
    case 1:
      plan.aim = Aim::members;
      plan.changes_members = true;
      plan.fault_period = random.between(2, 12) * kTick;
      plan.down_max = random.between(1, 40) * kTick;
      break;
    case 2:  // An entry a message, so that logs differ by single entries.
      plan.aim = Aim::elections;
      plan.raft.append_bytes_max = 1;
      plan.raft.inflight_messages_max = 1;
      plan.raft.election_ticks = static_cast<int>(random.between(3, 6));
      plan.fault_period = random.between(6, 20) * kTick;
      plan.down_max = random.between(1, 8) * kTick;
      plan.loss = std::min(plan.loss, 20);
      break;
    default:
      return;
  }
}

/// Reads by lease in a part of the runs. Chance of its own, so that the other choices of a seed stay.
void choose_lease(Plan& plan) {
  Random random(plan.seed ^ 0x1ea5e);
  if (!random.chance(300)) return;
  if (random.chance(500)) aim_at_reads(plan, random);
  plan.raft.check_quorum = true;
  plan.raft.lease_length = (plan.raft.election_ticks - 1) * kTick * (1000 - plan.drift) / (1000 + plan.drift);
}

/// As raft-store has it, in most of the runs that have what it needs.
void choose_haste(Plan& plan) {
  Random random(plan.seed ^ 0x4a57e);
  if (random.chance(500)) plan.raft.election_spread_ticks = plan.raft.election_ticks / 2 + 1;
  plan.hurries = plan.raft.pre_vote && plan.raft.check_quorum && random.chance(700);
  // One voter that takes in others, for scripts of its own.
  if (plan.aim == Aim::members && random.chance(200)) plan.members = 1;
}

}  // namespace

std::string_view to_string(Aim aim) {
  constexpr std::string_view names[] = {"none", "reads", "members", "elections"};
  return names[static_cast<std::size_t>(aim)];
}

Plan make_plan(std::uint64_t seed, int members, int steps, Bug bug, bool on_rocksdb) {
  Random random(seed * 0x9e3779b97f4a7c15 + 1);
  Plan plan;
  plan.seed = seed;
  plan.steps = steps;
  plan.bug = bug;
  plan.on_rocksdb = on_rocksdb;
  const std::uint64_t size = random.below(20);
  plan.members = members > 0 ? members : size < 3 ? 1 : size < 13 ? 3 : 5;
  choose_raft(plan, random);
  choose_faults(plan, random);
  choose_aim(plan);
  choose_lease(plan);
  choose_haste(plan);
  if (members > 0) plan.members = members;
  plan.log_entries_max = static_cast<std::size_t>(random.between(2, random.chance(500) ? 10 : 60));
  plan.clients = static_cast<int>(random.between(1, random.chance(400) ? 20 : 6));
  plan.keys = static_cast<int>(random.between(2, 5));
  plan.think_max = random.between(0, random.chance(500) ? 3000 : 300);
  if (plan.aim == Aim::reads) {  // Many calls, also while a part of them goes nowhere.
    plan.clients = std::max(plan.clients, 6);
    plan.think_max = 500;
    plan.call_timeout = 12 * kTick;
  }
  return plan;
}

std::string describe(const Plan& p) {
  const auto n = [](auto number) { return std::to_string(number); };
  return "seed " + n(p.seed) + ": " + n(p.members) + " members, " + n(p.steps) + " steps, bug " +
         std::string(to_string(p.bug)) + "; election " + n(p.raft.election_ticks) + " ticks, pre-vote " +
         n(p.raft.pre_vote) + ", check-quorum " + n(p.raft.check_quorum) + ", lease " +
         n(p.raft.lease_length) + ", window " + n(p.raft.inflight_messages_max) + " messages of " +
         n(p.raft.append_bytes_max) + " bytes, log " + n(p.log_entries_max) + " entries; loss " + n(p.loss) +
         ", duplication " + n(p.duplication) + ", stragglers " + n(p.straggler) + ", delay " +
         n(p.delay_max) + ", sync " + n(p.sync_max) + ", slow writes " + n(p.slow_disk) + ", drift " +
         n(p.drift) + ", crash points " + n(p.crash_point) + ", apply " + n(p.apply_max) + ", a fault in " +
         n(p.fault_period / kTick) + " ticks, members change " + n(p.changes_members) + ", haste " +
         n(p.hurries) + ", spread " + n(p.raft.election_spread_ticks) + ", aim " +
         std::string(to_string(p.aim)) + "; " + n(p.clients) + " clients, " + n(p.keys) + " keys";
}

}  // namespace sim
