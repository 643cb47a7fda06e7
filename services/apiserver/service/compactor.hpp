#pragma once
#include <memory>
#include "storage/store.hpp"

namespace apiserver {

/// Drops old revisions of the store: at each interval everything before what was the present at the last one.
/// Of several API servers one does it, without talking to each other: all guard the same key by its version,
/// and who moves it compacts. Source: upstream's etcd3 compactor.
/// Runs on the strand of who calls `run`.
class Compactor {
 public:
  Compactor(std::shared_ptr<storage::Store> store, std::chrono::nanoseconds interval)
      : store_(std::move(store)), interval_(interval) {}
  /// Until cancelled; at once if the interval is 0.
  base::Awaitable<void> run();
  /// One step. True if this server compacted.
  base::Awaitable<base::Result<bool>> step();

 private:
  const std::shared_ptr<storage::Store> store_;
  const std::chrono::nanoseconds interval_;
  std::int64_t seen_version_ = 0;     ///< Of the key: the count of steps that all servers made.
  storage::Revision to_compact_ = 0;  ///< The present of the last step; 0 before the first.
};

}  // namespace apiserver
