#include "sim/network.hpp"

namespace sim {

void Network::mend() {
  cut_.clear();
  slow_.clear();
}

Time Network::delay(const Way& way) {
  const Plan& plan = env_.plan;
  if (env_.healed) return env_.random.between(plan.delay_min, std::min<Time>(plan.delay_max, kTick / 2));
  Time delay = env_.random.between(plan.delay_min, plan.delay_max);
  if (slow_.contains(way)) delay += env_.random.between(kTick, 5 * kTick);
  if (env_.fault(plan.straggler)) delay *= env_.random.between(2, 20);
  return delay;
}

void Network::pass(const Way& way, Time delay, std::function<void()> arrive) {
  env_.events.after(delay, [this, way, arrive = std::move(arrive)] {
    if (!cut_.contains(way)) arrive();
  });
}

void Network::transmit(const raft::Message& message) {
  const Way way{message.from, message.to};
  if (cut_.contains(way) || env_.fault(env_.plan.loss)) {
    ++env_.stats["messages lost"];
    return;
  }
  const auto bytes = std::make_shared<const std::string>(raft::encode_message(message));
  pass(way, delay(way), [this, to = message.to, bytes] { deliver(to, *bytes); });
}

void Network::send(raft::Message message) {
  env_.checker.sent(message);
  if (env_.has(Bug::commit_by_heartbeat))
    if (auto* heartbeat = std::get_if<raft::Heartbeat>(&message.body))
      heartbeat->commit = commit_of(message.from);
  transmit(message);
  const bool proposal = std::holds_alternative<raft::Propose>(message.body);
  if (proposal ? env_.has(Bug::propose_twice) && env_.fault(100) : env_.fault(env_.plan.duplication)) {
    ++env_.stats["messages repeated"];
    transmit(message);
  }
  if (const auto* vote = std::get_if<raft::VoteResponse>(&message.body);
      vote && vote->granted && env_.has(Bug::vote_counted_twice)) {
    // As if the next member had voted alike.
    message.from = raft::NodeId(message.from.value % static_cast<std::uint64_t>(env_.plan.members) + 1);
    transmit(message);
  }
}

void Network::carry(raft::NodeId from, raft::NodeId to, Time least, std::function<void()> arrive) {
  const Way way{from, to};
  if (cut_.contains(way) || env_.fault(env_.plan.loss)) return;
  pass(way, least + delay(way), std::move(arrive));
}

}  // namespace sim
