#include "storage/endpoint_health.hpp"
#include <algorithm>
#include <tuple>

namespace storage {

EndpointHealth::EndpointHealth(std::size_t endpoints, EndpointHealthOptions options)
    : options_(options), states_(endpoints) {}

bool EndpointHealth::silent(const State& state, Time now) const {
  return state.waiting > 0 && now - std::max(state.heard, state.busy_since) >= options_.silence_max;
}

EndpointHealth::Rank EndpointHealth::rank(const State& state, Time now) const {
  if (state.stalled) return Rank::stalled;
  if (now < state.aside_until) return Rank::aside;
  return silent(state, now) ? Rank::suspect : Rank::good;
}

std::size_t EndpointHealth::choose(Time now, const std::vector<bool>& tried) {
  using Order = std::tuple<bool, Rank, Time>;
  std::size_t best = 0;
  Order best_order;
  for (std::size_t i = 0; i < states_.size(); ++i) {
    const Rank its = rank(states_[i], now);
    const Order order(tried.at(i), its, its == Rank::good ? Time{} : states_[i].tried);
    if (i == 0 || order < best_order) std::tie(best, best_order) = std::pair(i, order);
  }
  states_[best].tried = now;
  return best;
}

void EndpointHealth::began(std::size_t endpoint, Time now) {
  State& state = states_.at(endpoint);
  if (state.waiting++ == 0) state.busy_since = now;
}

void EndpointHealth::ended(std::size_t endpoint) {
  --states_.at(endpoint).waiting;
}

void EndpointHealth::heard(std::size_t endpoint, Time now) {
  State& state = states_.at(endpoint);
  state.heard = now;
  state.aside_until = {};
  state.unanswered.reset();
  state.others_heard.reset();
  state.stalled = false;
  for (State& other : states_)
    if (other.unanswered && !other.others_heard) other.others_heard = now;
}

void EndpointHealth::failed(std::size_t endpoint, Time now) {
  states_.at(endpoint).aside_until = now + options_.aside;
}

EndpointHealth::Indexes EndpointHealth::due(Time now) {
  const bool suspicion = std::any_of(states_.begin(), states_.end(), [&](const State& state) {
    return !state.asking && !state.stalled && silent(state, now);
  });
  Indexes out;
  for (std::size_t i = 0; i < states_.size(); ++i) {
    State& state = states_[i];
    const bool wanted = state.stalled ? now - state.asked >= options_.aside : suspicion;
    if (state.asking || !wanted) continue;
    state.asking = true;
    state.asked = now;
    if (!state.unanswered) state.unanswered = now;
    out.push_back(i);
  }
  return out;
}

void EndpointHealth::asked(std::size_t endpoint) {
  states_.at(endpoint).asking = false;
}

EndpointHealth::Indexes EndpointHealth::newly_stalled(Time now) {
  Indexes out;
  for (std::size_t i = 0; i < states_.size(); ++i) {
    State& state = states_[i];
    if (state.stalled || state.waiting == 0 || !state.unanswered || !state.others_heard) continue;
    state.stalled =
        now - *state.unanswered >= options_.patience && now - *state.others_heard >= options_.behind_others;
    if (state.stalled) out.push_back(i);
  }
  return out;
}

}  // namespace storage
