#pragma once
#include "raft-store/mvcc/command.hpp"
#include "raft-store/replication/replicator.hpp"

namespace raft_store::upkeep {

/// Puts a command of this member's own through the log. Errors: the command's, and Replicator::propose's.
template <class T>
base::Awaitable<base::Result<T>> propose(replication::Replicator& replicator, mvcc::Command command) {
  std::string bytes = mvcc::encode(command);
  const auto applied = co_await replicator.propose(std::move(bytes));
  if (!applied) co_return applied.error();
  co_return mvcc::outcome_as<T>(*applied->outcome);
}

}  // namespace raft_store::upkeep
