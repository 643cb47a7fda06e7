#pragma once
#include <cstdint>
#include <optional>
#include "raft/config.hpp"
#include "sim/command.hpp"

namespace sim {

std::uint64_t hash_of(const raft::Entry& entry);
/// The digest after one more entry and what it came to.
std::uint64_t digest_after(std::uint64_t digest, const raft::Entry& entry,
                           const std::optional<Outcome>& outcome);

/// The state machine of a member: etcd's data model in memory, with what of the log it covers.
struct Machine {
  storage::MemoryState state;
  LeaseNames leases;
  raft::SnapshotMeta applied;
  std::uint64_t digest = 0;  ///< Over all that was applied and what it came to.

  /// Applies the next entry; an outcome if it is a command. The caller stamps `applied`.
  std::optional<Outcome> apply(const raft::Entry& entry);
};

}  // namespace sim
