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

RegisterCall register_call(const Call& call, std::size_t part) {
  using Kind = RegisterCall::Kind;
  RegisterCall out;
  switch (call.command.action) {
    case Action::create:
      out.kind = Kind::create;
      break;
    case Action::swap:
      out.kind = Kind::swap;
      break;
    case Action::get:
      out.kind = Kind::read;
      break;
    default:
      out.kind = Kind::write;
  }
  if (call.command.action != Action::remove && call.command.action != Action::get)
    out.value = call.command.value;
  out.expected = call.command.expected;
  out.begin = call.begin;
  out.end = call.outcome ? call.end : kPending;
  out.answered = call.outcome.has_value();
  if (call.outcome) out.before = call.outcome->before.at(part);
  out.name = "client " + std::to_string(call.client) + " #" + std::to_string(call.command.call);
  return out;
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

std::string check_answers(const History& history, const Truth& truth) {
  for (const Call& call : history)
    if (std::string wrong = check_answer(call, truth); !wrong.empty()) return wrong;
  return check_order(history);
}

std::string check_linearizable(const History& history) {
  std::map<std::string, std::vector<RegisterCall>> keys;
  for (const Call& call : history) {
    if (call.refused || call.command.action == Action::compact) continue;
    keys[call.command.key].push_back(register_call(call, 0));
    if (call.command.action == Action::pair) keys[call.command.second].push_back(register_call(call, 1));
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
