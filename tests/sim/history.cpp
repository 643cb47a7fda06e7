#include "sim/history.hpp"
#include <algorithm>
#include "sim/trace.hpp"

namespace sim {
namespace {

std::string text(const Call& call) {
  std::string out = "client " + std::to_string(call.client) + " " + to_string(call.command) + " [" +
                    std::to_string(call.begin) + ", " +
                    (call.end == kPending ? "?" : std::to_string(call.end)) + "]";
  return call.outcome ? out + ": " + to_string(*call.outcome) : out;
}

std::string check_answer(const Call& call, const Truth& truth) {
  const auto happened = truth.outcomes.find(call.command.call);
  if (call.refused && happened != truth.outcomes.end()) return "refused, and yet done: " + text(call);
  if (!call.outcome) return {};
  if (call.command.action == Action::get) {
    const Value value = truth.value_at(call.command.key, call.outcome->revision);
    if (value == call.outcome->before.front()) return {};
    return "a read does not show its revision, which has " + to_string(value) + ": " + text(call);
  }
  if (call.command.action == Action::list) {
    for (const std::string& key : truth.keys())
      if (truth.value_at(key, call.outcome->revision) != value_in(*call.outcome, key))
        return "a list does not show its revision, of " + key + ": " + text(call);
    return {};
  }
  if (happened == truth.outcomes.end()) return "an acknowledged write is lost: " + text(call);
  if (happened->second == *call.outcome) return {};
  return "the log came to another result, " + to_string(happened->second) + ": " + text(call);
}

std::string check_order(const History& history) {
  std::vector<const Call*> begins, ends;
  for (const Call& call : history)
    if (call.outcome) begins.push_back(&call);
  ends = begins;
  std::stable_sort(begins.begin(), begins.end(), [](auto* a, auto* b) { return a->begin < b->begin; });
  std::stable_sort(ends.begin(), ends.end(), [](auto* a, auto* b) { return a->end < b->end; });
  auto ended = ends.begin();
  const Call* newest = nullptr;
  for (const Call* call : begins) {
    for (; ended != ends.end() && (*ended)->end < call->begin; ++ended)
      if (!newest || (*ended)->outcome->revision > newest->outcome->revision) newest = *ended;
    if (!newest) continue;
    const storage::Revision least = newest->outcome->revision + (call->outcome->changed ? 1 : 0);
    if (call->outcome->revision < least)
      return "a call answers from before its begin: " + text(*call) + "\n  after " + text(*newest);
  }
  return {};
}

RegisterCall::Kind kind_of(Action action) {
  switch (action) {
    case Action::create:
      return RegisterCall::Kind::create;
    case Action::swap:
      return RegisterCall::Kind::swap;
    case Action::get:
    case Action::list:
      return RegisterCall::Kind::read;
    default:
      return RegisterCall::Kind::write;
  }
}

/// The call as far as it concerns one key, on which it met `before`.
RegisterCall register_call(const Call& call, const std::optional<Value>& before) {
  RegisterCall out;
  out.kind = kind_of(call.command.action);
  if (!call.command.value.empty()) out.value = call.command.value;
  out.expected = call.command.expected;
  out.begin = call.begin;
  out.end = call.outcome ? call.end : kPending;
  out.answered = before.has_value();
  if (out.answered) out.before = before.value();
  out.name = "client " + std::to_string(call.client) + " #" + std::to_string(call.command.call);
  return out;
}

/// The keys a call is about, and what it met there if it was told.
std::map<std::string, std::optional<Value>> parts_of(const Call& call, const std::set<std::string>& keys,
                                                     const Truth& truth) {
  std::map<std::string, std::optional<Value>> parts;
  const Command& command = call.command;
  using Met = std::optional<Value>;  // None: not told.
  const auto met = [&](std::size_t i) {
    return call.outcome ? Met(std::in_place, call.outcome->before.at(i)) : Met();
  };
  switch (command.action) {
    case Action::compact:
    case Action::grant:
      break;
    case Action::clear:
    case Action::list:
      for (const std::string& key : keys)
        parts[key] = call.outcome ? Met(std::in_place, value_in(*call.outcome, key)) : Met();
      break;
    case Action::revoke:
      if (const auto happened = truth.outcomes.find(command.call);
          happened != truth.outcomes.end() && happened->second.changed)
        for (const Truth::Event& event : truth.events.at(happened->second.revision))
          parts[event.key];
      break;
    case Action::attach:
      if (!call.outcome || call.outcome->changed) parts[command.key] = met(0);
      break;
    default:
      parts[command.key] = met(0);
      if (command.action == Action::pair) parts[command.second] = met(1);
  }
  return parts;
}

}  // namespace

Value Truth::value_at(const std::string& key, storage::Revision revision) const {
  for (auto i = events.upper_bound(revision); i != events.begin();) {
    --i;
    for (const Event& event : i->second)
      if (event.key == key) return event.value;
  }
  return std::nullopt;
}

std::set<std::string> Truth::keys() const {
  std::set<std::string> out;
  for (const auto& [revision, changes] : events)
    for (const Event& event : changes)
      out.insert(event.key);
  return out;
}

std::string check_answers(const History& history, const Truth& truth) {
  for (const Call& call : history)
    if (std::string wrong = check_answer(call, truth); !wrong.empty()) return wrong;
  return check_order(history);
}

std::string check_linearizable(const History& history, const Truth& truth) {
  std::map<std::string, std::vector<RegisterCall>> keys;
  const std::set<std::string> all = truth.keys();
  for (const Call& call : history) {
    if (call.refused) continue;
    for (const auto& [key, before] : parts_of(call, all, truth))
      keys[key].push_back(register_call(call, before));
  }
  for (auto& [key, calls] : keys) {
    const Judgement judgement = judge(std::move(calls));
    if (judgement.result == Judgement::Result::not_linearizable)
      return "key " + key + " is not linearizable: " + judgement.explanation;
    if (judgement.result == Judgement::Result::gave_up)
      return "key " + key + ": the linearizability of its history could not be decided";
  }
  return {};
}

}  // namespace sim
