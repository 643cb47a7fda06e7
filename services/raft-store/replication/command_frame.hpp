#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace raft_store::replication {

/// A command as it stands in the log: who proposed it, so that its proposer knows it when it is applied.
struct CommandFrame {
  std::uint64_t instance = 0;  ///< Of the process; random.
  std::uint64_t sequence = 0;  ///< Of the proposal there.
  std::string_view payload;    ///< Points into what was unframed.
};
std::string frame(const CommandFrame& command);
/// Bytes that no `frame` made give an empty payload, which no state machine takes for a command.
CommandFrame unframe(std::string_view bytes);

}  // namespace raft_store::replication
