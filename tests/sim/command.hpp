#pragma once
#include <cstdint>
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
  compact,  ///< History below `revision` goes
  get,      ///< Never in the log.
};
std::string_view to_string(Action action);

/// What a client asks, and (but for `get`) what goes through the log.
struct Command {
  std::uint64_t instance = 0, sequence = 0;  ///< Who proposed it: as command_frame.hpp of raft-store.
  std::uint64_t call = 0;                    ///< Number of the client's call.
  Action action = Action::put;
  std::string key, second, value, expected;
  storage::Revision revision = 0;
};

using Value = std::optional<std::string>;  ///< None: the key is absent.

/// What a command came to. Every one tells the value it met, so that a history leaves little room.
struct Outcome {
  bool changed = false;       ///< It wrote.
  std::vector<Value> before;  ///< Of key (and second).
  storage::Revision revision = 0;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

std::string encode(const Command& command);
/// Error: corrupt.
base::Result<Command> decode_command(std::string_view bytes);

Outcome run(storage::MemoryState& state, const Command& command);
/// The answer to `get`.
Outcome look(const storage::MemoryState& state, const std::string& key);

std::string to_string(const Command& command);
std::string to_string(const Outcome& outcome);
std::string to_string(const Value& value);

}  // namespace sim
