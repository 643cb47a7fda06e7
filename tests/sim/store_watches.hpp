#pragma once
#include <memory>
#include <optional>
#include "base/error.hpp"
#include "raft-store/mvcc/store.hpp"

namespace sim {

/// The watchers of one process of a member: the production WatchHub and its coroutines, which go on when they
/// are given a turn.
class StoreWatches {
 public:
  explicit StoreWatches(raft_store::mvcc::Store& store);
  ~StoreWatches();

  raft_store::mvcc::Listener& listener();
  /// See Vault::watch. `progress`: asks for a mark besides.
  base::Result<std::optional<storage::WatchBatch>> next(int watcher, storage::Revision from, bool progress);
  void turn();  ///< Lets the coroutines go on as far as they can.

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sim
