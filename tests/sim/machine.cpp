#include "sim/machine.hpp"
#include <functional>
#include <string_view>
#include "base/assert.hpp"

namespace sim {
namespace {

std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  a ^= b + 0x9e3779b97f4a7c15 + (a << 6) + (a >> 2);
  return a * 0xff51afd7ed558ccd;
}

std::uint64_t hash_of(std::string_view text) {
  return std::hash<std::string_view>()(text);
}

std::uint64_t hash_of(const Outcome& outcome) {
  std::uint64_t h = mix(outcome.changed, static_cast<std::uint64_t>(outcome.revision));
  for (const Value& value : outcome.before)
    h = mix(h, value ? hash_of(std::string_view(*value)) : 1);
  return h;
}

}  // namespace

std::uint64_t hash_of(const raft::Entry& entry) {
  return mix(static_cast<std::uint64_t>(entry.kind), hash_of(std::string_view(*entry.data)));
}

std::uint64_t digest_after(std::uint64_t digest, const raft::Entry& entry,
                           const std::optional<Outcome>& outcome) {
  digest = mix(mix(digest, entry.id.index.value), hash_of(entry));
  return outcome ? mix(digest, hash_of(*outcome)) : digest;
}

std::optional<Outcome> Machine::apply(const raft::Entry& entry) {
  std::optional<Outcome> outcome;
  if (entry.kind == raft::EntryKind::command) {
    const base::Result<Command> command = decode_command(*entry.data);
    COX_ASSERT(command.has_value(), "a committed command that cannot be decoded");
    outcome = run(state, leases, *command);
  }
  digest = digest_after(digest, entry, outcome);
  return outcome;
}

}  // namespace sim
