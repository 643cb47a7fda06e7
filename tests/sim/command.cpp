#include "sim/command.hpp"
#include "base/assert.hpp"
#include "raft/codec.hpp"

namespace sim {
namespace {

constexpr std::int64_t kLeaseTtl = 60;

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

std::vector<Value> pairs_of(const std::vector<storage::KeyValue>& kvs) {
  std::vector<Value> out;
  for (const storage::KeyValue& kv : kvs)
    out.emplace_back(kv.key + "=" + *kv.value);
  return out;
}

Value value_of(const std::vector<storage::KeyValue>& kvs) {
  return kvs.empty() ? Value() : Value(*kvs.front().value);
}

}  // namespace

std::string_view to_string(Action action) {
  constexpr std::string_view names[] = {"put",   "remove", "create", "swap",    "pair", "clear",
                                        "grant", "attach", "revoke", "compact", "get",  "list"};
  return names[static_cast<std::size_t>(action)];
}

storage::RangeRequest all_keys() {
  storage::RangeRequest request;
  request.key = "a";
  request.range_end = "z";
  return request;
}

storage::TxnRequest request_of(const Command& command) {
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
    case Action::clear:
      request.success = {remove(all_keys().key)};
      request.success.front().remove.range_end = all_keys().range_end;
      break;
    case Action::attach:
      request.success = {put(command.key, command.value)};
      request.success.front().put.lease = command.lease;
      break;
    default:
      break;
  }
  return request;
}

bool is_transaction(Action action) {
  return action <= Action::clear || action == Action::attach;
}

Outcome outcome_of(Action action, const storage::TxnResponse& response, storage::Revision before) {
  Outcome outcome;
  for (const storage::OperationResponse& answer : response.responses) {
    if (action == Action::clear)
      outcome.before = pairs_of(answer.prev_kvs);
    else
      outcome.before.push_back(value_of(response.succeeded ? answer.prev_kvs : answer.range.kvs));
  }
  outcome.revision = response.revision;
  outcome.changed = response.revision != before;
  return outcome;
}

storage::RangeRequest range_of(const Command& read) {
  if (read.action == Action::list) return all_keys();
  storage::RangeRequest request;
  request.key = read.key;
  return request;
}

Outcome outcome_of(Action action, const storage::RangeResponse& response) {
  if (action == Action::list) return {false, pairs_of(response.kvs), response.revision};
  return {false, {value_of(response.kvs)}, response.revision};
}

Value value_in(const Outcome& outcome, const std::string& key) {
  for (const Value& pair : outcome.before)
    if (pair && pair->starts_with(key + "=")) return pair->substr(key.size() + 1);
  return std::nullopt;
}

std::string encode(const Command& command) {
  raft::codec::Writer out;
  out.u64(command.instance);
  out.u64(command.sequence);
  out.u64(command.call);
  out.u8(static_cast<std::uint8_t>(command.action));
  out.u64(static_cast<std::uint64_t>(command.revision));
  out.u64(static_cast<std::uint64_t>(command.lease));
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
  command.lease = static_cast<storage::LeaseId>(in.u64());
  for (std::string* text : {&command.key, &command.second, &command.value, &command.expected})
    *text = std::string(in.bytes());
  if (!in.done() || command.action >= Action::get)
    return base::Error(base::Errc::corrupt, "a command that cannot be decoded");
  return command;
}

Outcome run(storage::MemoryState& state, LeaseNames& leases, const Command& command) {
  const storage::Revision before = state.revision();
  const auto lease = leases.find(command.lease);
  const Outcome nothing{false, {}, before};
  if (command.action == Action::compact) {
    // Refused if it comes late; that is an outcome too.
    base::ignore_error(state.compact(command.revision));
    return nothing;
  }
  if (command.action == Action::grant) {
    if (lease == leases.end()) leases[command.lease] = state.grant(kLeaseTtl, {});
    return nothing;
  }
  if (command.action == Action::revoke || command.action == Action::attach) {
    if (lease == leases.end()) return nothing;
    if (command.action == Action::revoke) {
      COX_ASSERT(state.revoke(lease->second).has_value(), "the lease is there");
      leases.erase(lease);
      return {state.revision() != before, {}, state.revision()};
    }
  }
  storage::TxnRequest request = request_of(command);
  if (command.action == Action::attach) request.success.front().put.lease = lease->second;
  const base::Result<storage::TxnResponse> response = state.txn(request);
  COX_ASSERT(response.has_value(), "a transaction of the simulation is refused");
  return outcome_of(command.action, *response, before);
}

std::string to_string(const Value& value) {
  return value ? *value : "-";
}

std::string to_string(const Command& command) {
  std::string out = "#" + std::to_string(command.call) + " " + std::string(to_string(command.action));
  if (command.action == Action::compact) return out + " " + std::to_string(command.revision);
  out += " " + command.key;
  if (command.lease != 0) out += " lease " + std::to_string(command.lease);
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
