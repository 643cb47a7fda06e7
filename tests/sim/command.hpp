#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>
#include "base/error.hpp"
#include "storage/memory_state.hpp"

namespace sim {

enum class Action : std::uint8_t {
  put,      ///< key := value
  remove,   ///< key is gone
  create,   ///< key := value if it is absent
  swap,     ///< key := value if it is `expected`
  pair,     ///< key and `second` := value, in one revision
  clear,    ///< All keys are gone, in one revision
  grant,    ///< Makes the lease, if there is none of its id
  attach,   ///< key := value, attached to the lease, if there is one
  revoke,   ///< The lease is gone, and all that is attached to it in one revision
  compact,  ///< History below `revision` goes
  get,      ///< Never in the log, as is
  list,     ///< All keys.
};
std::string_view to_string(Action action);

/// What a client asks, and (but for `get`) what goes through the log.
struct Command {
  std::uint64_t instance = 0, sequence = 0;  ///< Who proposed it: as command_frame.hpp of raft-store.
  std::uint64_t call = 0;                    ///< Number of the client's call.
  Action action = Action::put;
  std::string key, second, value, expected;
  storage::Revision revision = 0;
  storage::LeaseId lease = 0;
};

using Value = std::optional<std::string>;  ///< None: the key is absent.

/// What a command came to. Every one tells the value it met, so that a history leaves little room.
struct Outcome {
  bool changed = false;  ///< It wrote.
  std::vector<Value>
      before;  ///< Of key (and second). Of `clear` and `list`: "key=value" of each that was there.
  storage::Revision revision = 0;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

std::string encode(const Command& command);
/// Error: corrupt.
base::Result<Command> decode_command(std::string_view bytes);

/// All keys of the simulation.
storage::RangeRequest all_keys();
/// The leases that there are, and the ids that MemoryState has for them.
using LeaseNames = std::map<storage::LeaseId, storage::LeaseId>;
/// Is it a transaction on keys, and not something with a lease or the history alone?
bool is_transaction(Action action);
/// The transaction that such a command is.
storage::TxnRequest request_of(const Command& command);
/// What a transaction's answer means, `before` being the revision before it.
Outcome outcome_of(Action action, const storage::TxnResponse& response, storage::Revision before);
Outcome run(storage::MemoryState& state, LeaseNames& leases, const Command& command);
/// What `get` or `list` asks, and its answer.
storage::RangeRequest range_of(const Command& read);
Outcome outcome_of(Action action, const storage::RangeResponse& response);
/// What `clear` or `list` met of this key.
Value value_in(const Outcome& outcome, const std::string& key);

std::string to_string(const Command& command);
std::string to_string(const Outcome& outcome);
std::string to_string(const Value& value);

}  // namespace sim
