#include "sim/command.hpp"
#include "base/assert.hpp"
#include "raft/codec.hpp"

namespace sim {
namespace {

storage::Operation put(const std::string& key, const std::string& value) {
  storage::Operation operation;
  operation.put = {key, value, 0, true};
  return operation;
}

storage::Operation range(const std::string& key) {
  storage::Operation operation;
  operation.kind = storage::Operation::Kind::range;
  operation.range.key = key;
  return operation;
}

storage::Operation remove(const std::string& key) {
  storage::Operation operation;
  operation.kind = storage::Operation::Kind::remove;
  operation.remove = {key, {}, true};
  return operation;
}

storage::TxnRequest request_for(const Command& command) {
  storage::TxnRequest request;
  storage::Compare compare;
  compare.key = command.key;
  switch (command.action) {
    case Action::put:
      request.success = {put(command.key, command.value)};
      break;
    case Action::remove:
      request.success = {remove(command.key)};
      break;
    case Action::pair:
      request.success = {put(command.key, command.value), put(command.second, command.value)};
      break;
    case Action::create:
      request.compares = {compare};  // mod_revision = 0
      request.success = {put(command.key, command.value)};
      request.failure = {range(command.key)};
      break;
    case Action::swap:
      compare.target = storage::Compare::Target::value;
      compare.value = command.expected;
      request.compares = {compare};
      request.success = {put(command.key, command.value)};
      request.failure = {range(command.key)};
      break;
    case Action::compact:
    case Action::get:
      break;
  }
  return request;
}

Value value_of(const std::vector<storage::KeyValue>& kvs) {
  return kvs.empty() ? Value() : Value(*kvs.front().value);
}

}  // namespace

std::string_view to_string(Action action) {
  constexpr std::string_view names[] = {"put", "remove", "create", "swap", "pair", "compact", "get"};
  return names[static_cast<std::size_t>(action)];
}

std::string encode(const Command& command) {
  raft::codec::Writer out;
  out.u64(command.instance);
  out.u64(command.sequence);
  out.u64(command.call);
  out.u8(static_cast<std::uint8_t>(command.action));
  out.u64(static_cast<std::uint64_t>(command.revision));
  for (const std::string* text : {&command.key, &command.second, &command.value, &command.expected})
    out.bytes(*text);
  return out.take();
}

base::Result<Command> decode_command(std::string_view bytes) {
  raft::codec::Reader in(bytes);
  Command command;
  command.instance = in.u64();
  command.sequence = in.u64();
  command.call = in.u64();
  command.action = static_cast<Action>(in.u8());
  command.revision = static_cast<storage::Revision>(in.u64());
  for (std::string* text : {&command.key, &command.second, &command.value, &command.expected})
    *text = std::string(in.bytes());
  if (!in.done() || command.action >= Action::get)
    return base::Error(base::Errc::corrupt, "a command that cannot be decoded");
  return command;
}

Outcome run(storage::MemoryState& state, const Command& command) {
  Outcome outcome;
  if (command.action == Action::compact) {
    // Refused if it comes late; that is an outcome too.
    base::ignore_error(state.compact(command.revision));
    outcome.revision = state.revision();
    return outcome;
  }
  const storage::Revision before = state.revision();
  const base::Result<storage::TxnResponse> response = state.txn(request_for(command));
  COX_ASSERT(response.has_value(), "a transaction of the simulation is refused");
  for (const storage::OperationResponse& answer : response->responses)
    outcome.before.push_back(value_of(response->succeeded ? answer.prev_kvs : answer.range.kvs));
  outcome.revision = response->revision;
  outcome.changed = response->revision != before;
  return outcome;
}

Outcome look(const storage::MemoryState& state, const std::string& key) {
  storage::RangeRequest request;
  request.key = key;
  const base::Result<storage::RangeResponse> response = state.range(request);
  COX_ASSERT(response.has_value(), "a read of the simulation is refused");
  return {false, {value_of(response->kvs)}, response->revision};
}

std::string to_string(const Value& value) {
  return value ? *value : "-";
}

std::string to_string(const Command& command) {
  std::string out = "#" + std::to_string(command.call) + " " + std::string(to_string(command.action));
  if (command.action == Action::compact) return out + " " + std::to_string(command.revision);
  out += " " + command.key;
  if (!command.second.empty()) out += "," + command.second;
  if (command.action == Action::swap) out += " from " + command.expected;
  if (!command.value.empty()) out += " := " + command.value;
  return out;
}

std::string to_string(const Outcome& outcome) {
  std::string out =
      "revision " + std::to_string(outcome.revision) + (outcome.changed ? " written, met" : ", met");
  for (const Value& value : outcome.before)
    out += " " + to_string(value);
  return out;
}

}  // namespace sim
