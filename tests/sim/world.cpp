#include "sim/world.hpp"

namespace sim {
namespace {

/// A healed cluster needs an election or a few and snapshots for those behind: tens of ticks. Far more is a
/// failure.
constexpr Time kHealingMax = 1500 * kTick;
constexpr Time kProofMax = 1500 * kTick;
/// And not in a storm of messages.
constexpr int kEventsMax = 200'000;

}  // namespace

World::World(const Plan& plan, Trace trace)
    : env_{plan, Random(plan.seed), {}, std::move(trace), {}, {}},
      network_(env_),
      chaos_(env_, network_, members_, [this](raft::Membership flags) -> Member& {
        // It learns who votes from the log. Anything else would let it vote with others that know nothing.
        return add(env_.has(Bug::joiner_bootstraps) ? std::move(flags) : raft::Membership());
      }) {
  network_.deliver = [this](raft::NodeId to, const std::string& bytes) {
    if (const auto member = members_.find(to); member != members_.end()) member->second->deliver(bytes);
  };
  network_.commit_of = [this](raft::NodeId id) { return members_.at(id)->node()->log().committed(); };
  env_.note(describe(plan));
  raft::Membership first;
  for (int i = 1; i <= plan.members; ++i)
    first.voters.insert(raft::NodeId(static_cast<std::uint64_t>(i)));
  env_.checker.begin(first);
  for (int i = 0; i < plan.members; ++i)
    add(first);
  for (int i = 0; i < plan.clients; ++i)
    clients_.push_back(std::make_unique<Client>(env_, members_, history_, i + 1));
  for (int i = 0; i < plan.watchers; ++i)
    watchers_.push_back(std::make_unique<Watcher>(env_, members_, i + 1));
}

/// Ids are never used again.
Member& World::add(raft::Membership first) {
  const raft::NodeId id(members_.size() + 1);
  auto member = std::make_unique<Member>(env_, network_, id, std::move(first));
  member->find = [this](raft::NodeId to) -> Member* {
    const auto found = members_.find(to);
    return found == members_.end() ? nullptr : found->second.get();
  };
  Member& added = *(members_[id] = std::move(member));
  env_.events.after(env_.random.between(0, kTick), [&added] { added.start(); });
  return added;
}

bool World::step() {
  if (env_.checker.failed() || !env_.events.run_next()) return false;
  if (!env_.healed) chaos_.look();
  return true;
}

Verdict World::run() {
  chaos_.start();
  for (const auto& client : clients_)
    client->start();
  for (const auto& watcher : watchers_)
    watcher->start();
  if (env_.plan.on_rocksdb) tend_later();
  for (int i = 0; i < env_.plan.steps && step(); ++i) {
    if (i % 512 != 0) continue;
    for (const auto& [id, member] : members_)
      if (member->up()) env_.checker.look_at_log(*member->node());
  }
  heal();
  if (!env_.checker.failed()) check_history();
  env_.stats["committed"] += env_.checker.committed().value;
  return {env_.checker.failure(), env_.stats};
}

/// What a disk has to do besides: for RocksDB, which in itself would begin it by the size of the data.
void World::tend_later() {
  env_.events.after(env_.random.between(kTick, 6 * kTick), [this] {
    Member& member = *env_.random.pick(members_).second;
    if (member.up()) member.vault().tend(env_.random);
    tend_later();
  });
}

void World::heal() {
  env_.note("the faults are over");
  env_.healed = true;
  chaos_.stop();
  network_.mend();
  for (const auto& client : clients_)
    client->stop();
  for (const auto& [id, member] : members_)
    member->start();
  const Time end = env_.events.now() + kHealingMax;
  for (int events = 0; !serves() && step(); ++events)
    if (env_.events.now() > end || events > kEventsMax)
      env_.checker.fail("Liveness: the healed cluster does not serve\n" + where_it_stands());
  if (!env_.checker.failed()) prove();
}

/// There is a leader, its configuration is settled, and everyone in it has applied all there is.
bool World::serves() {
  chaos_.wipe_removed();
  const raft::Membership& now = env_.checker.membership();
  return !now.joint() && level();
}

bool World::level() {
  bool led = false;
  for (const raft::NodeId id : env_.checker.membership().everyone()) {
    Member& member = *members_.at(id);
    if (!member.up() || member.node()->log().last().index != env_.checker.committed()) return false;
    if (member.applied() != env_.checker.committed()) return false;
    led = led || member.node()->role() == raft::Role::leader;
  }
  return led;
}

std::string World::where_it_stands() {
  std::string out = "  committed to " + std::to_string(env_.checker.committed().value) + ", members " +
                    to_string(env_.checker.membership());
  for (const auto& [id, member] : members_) {
    out += "\n  " + std::to_string(id.value) + ": ";
    if (!member->up()) {
      out += member->gone() ? "wiped" : "down";
      continue;
    }
    const raft::Status s = member->node()->status();
    out += std::string(to_string(s.role)) + " in term " + std::to_string(s.term.value) + ", leader " +
           std::to_string(s.leader.value) + ", log " + std::to_string(s.first.value) + " to " +
           to_string(s.last) + ", committed " + std::to_string(s.committed.value) + ", applied " +
           std::to_string(s.applied.value) + ", " + to_string(s.membership);
    for (const auto& [peer, progress] : s.peers)
      out += "\n     " + std::to_string(peer.value) + ": " + std::string(to_string(progress.state)) +
             " match " + std::to_string(progress.match.value) + " next " +
             std::to_string(progress.next.value);
  }
  return out;
}

void World::prove() {
  for (const raft::NodeId id : env_.checker.membership().everyone()) {
    provers_.push_back(std::make_unique<Client>(env_, members_, history_, 100 + static_cast<int>(id.value)));
    provers_.back()->prove_at(id);
  }
  const Time end = env_.events.now() + kProofMax;
  const auto proven = [&] {
    for (const auto& client : provers_)
      if (!client->proven()) return false;
    return serves();
  };
  for (int events = 0; !proven() && step(); ++events)
    if (env_.events.now() > end || events > kEventsMax)
      env_.checker.fail("Liveness: the healed cluster leaves calls unanswered\n" + where_it_stands());
  if (env_.checker.failed()) return;
  for (const raft::NodeId id : env_.checker.membership().everyone())
    env_.checker.compare(id, members_.at(id)->vault());
}

void World::check_history() {
  if (std::string wrong = check_answers(history_, env_.checker.truth()); !wrong.empty())
    return env_.checker.fail("Linearizability: " + wrong);
  if (std::string wrong = check_linearizable(history_, env_.checker.truth()); !wrong.empty())
    env_.checker.fail("Linearizability: " + wrong);
}

Verdict run(const Plan& plan) {
  return World(plan, Trace()).run();
}

}  // namespace sim
