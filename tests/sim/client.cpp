#include "sim/client.hpp"
#include <algorithm>

namespace sim {
namespace {

constexpr int kTriesMax = 6;

}  // namespace

Client::Client(Env& env, Members& members, History& history, int number)
    : env_(env), members_(members), history_(history), number_(number) {}

void Client::prove_at(raft::NodeId member) {
  only_ = member;
  start();
}

void Client::think() {
  if (stopped_ || (only_ != raft::NodeId(0) && proven())) return;
  env_.events.after(env_.random.between(10, env_.plan.think_max + 20), [this] {
    if (!call_ && !stopped_) begin();
  });
}

std::string Client::key() {
  return "k" + std::to_string(env_.random.below(static_cast<std::uint64_t>(env_.plan.keys)));
}

Action Client::choose_action() {
  struct Share {
    std::uint64_t upto;  ///< Of a hundred.
    Action action;
  };
  constexpr Share kShares[] = {{34, Action::get},    {40, Action::list},   {57, Action::put},
                               {64, Action::remove}, {66, Action::clear},  {73, Action::create},
                               {85, Action::swap},   {90, Action::pair},   {92, Action::grant},
                               {95, Action::attach}, {97, Action::revoke}, {100, Action::compact}};
  const std::uint64_t dice = env_.random.below(100);
  return std::ranges::find_if(kShares, [&](const Share& share) { return dice < share.upto; })->action;
}

Command Client::choose() {
  Command command;
  command.call = history_.size() + 1;
  command.key = key();
  command.value = "v" + std::to_string(command.call);
  const bool prove = only_ != raft::NodeId(0);
  command.action = prove ? (wrote_ ? Action::get : Action::put) : choose_action();
  if (command.action == Action::swap) command.expected = known_[command.key].value_or("v0");
  if (command.action == Action::pair) command.second = command.key + "b";
  if (command.action >= Action::grant && command.action <= Action::revoke)
    command.lease = env_.random.between(1, 3);
  if (command.action == Action::compact) {
    const storage::Revision now =
        env_.checker.truth().events.empty() ? 1 : env_.checker.truth().events.rbegin()->first;
    command.revision = std::max<storage::Revision>(1, now - env_.random.between(0, 20));
  }
  constexpr Action kWithoutValue[] = {Action::get,   Action::list,   Action::remove, Action::clear,
                                      Action::grant, Action::revoke, Action::compact};
  if (std::ranges::find(kWithoutValue, command.action) != std::end(kWithoutValue)) command.value.clear();
  return command;
}

void Client::begin() {
  Call call;
  call.command = choose();
  call.client = number_;
  call.begin = env_.events.now();
  history_.push_back(std::move(call));
  call_ = &history_.back();
  tries_ = 0;
  ++env_.stats["calls"];
  attempt();
}

void Client::attempt() {
  const std::uint64_t attempt = ++attempt_;
  ++tries_;
  if (at_ == raft::NodeId(0) || !env_.random.chance(env_.plan.sticky)) at_ = env_.random.pick(members_).first;
  const raft::NodeId to = only_ != raft::NodeId(0) ? only_ : at_;
  env_.events.after(env_.plan.call_timeout, [this, attempt] { take(attempt, {Answer::Kind::unknown, {}}); });
  if (env_.fault(env_.plan.loss)) return;
  env_.events.after(env_.random.between(10, env_.plan.delay_max), [this, attempt, to] {
    if (attempt == attempt_) request(*members_.at(to));
  });
}

void Client::request(Member& member) {
  // The answer may get lost as well.
  const Reply reply = [this, attempt = attempt_](const Answer& answer) {
    if (env_.fault(env_.plan.loss)) return;
    env_.events.after(env_.random.between(10, env_.plan.delay_max),
                      [this, attempt, answer] { take(attempt, answer); });
  };
  if (!member.up()) return reply({Answer::Kind::refused, {}});
  if (env_.trace.on())
    env_.note("client " + std::to_string(number_) + " -> " + std::to_string(member.id().value) + "  " +
              to_string(call_->command));
  if (call_->command.action >= Action::get)
    member.read(call_->command, reply);
  else
    member.propose(call_->command, reply);
}

void Client::take(std::uint64_t attempt, const Answer& answer) {
  if (attempt != attempt_ || !call_) return;
  const bool again = answer.kind == Answer::Kind::refused ||
                     (answer.kind == Answer::Kind::unknown && call_->command.action >= Action::get);
  if (again && tries_ < kTriesMax && !stopped_) {
    ++attempt_;
    env_.events.after(env_.random.between(100, 3 * kTick), [this] { this->attempt(); });
    return;
  }
  if (env_.trace.on())
    env_.note("client " + std::to_string(number_) + " is told of #" + std::to_string(call_->command.call) +
              ": " +
              (answer.kind == Answer::Kind::done      ? to_string(answer.outcome)
               : answer.kind == Answer::Kind::refused ? "refused"
                                                      : "unknown"));
  call_->refused = answer.kind == Answer::Kind::refused;
  if (answer.kind == Answer::Kind::done) {
    call_->end = env_.events.now();
    call_->outcome = answer.outcome;
  }
  finish();
}

void Client::finish() {
  const Command& command = call_->command;
  if (call_->outcome) {
    ++env_.stats["calls answered"];
    (command.action >= Action::get ? read_ : wrote_) = true;
    if (command.action == Action::get) known_[command.key] = call_->outcome->before.front();
    if (command.action == Action::clear || command.action == Action::revoke)
      known_.clear();
    else if (call_->outcome->changed)
      known_[command.key] = command.action == Action::remove ? Value() : Value(command.value);
  } else if (!call_->refused) {
    ++env_.stats["calls left open"];
  }
  call_ = nullptr;
  ++attempt_;
  think();
}

}  // namespace sim
