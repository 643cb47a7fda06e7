#pragma once
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include "base/async.hpp"
#include "storage/store.hpp"

namespace apiserver::cache {

/// How far the caches have followed the store. Thread-safe.
class Progress {
 public:
  storage::Revision revision() const;
  /// Everything up to `revision` is in the caches; wakes who waited for it.
  void advance(storage::Revision revision);
  /// Until `revision` is reached; false if that took longer than `patience`, or if cancelled.
  base::Awaitable<bool> wait_until(storage::Revision revision, std::chrono::milliseconds patience);

 private:
  mutable std::mutex mutex_;
  storage::Revision revision_ = 0;
  std::multimap<storage::Revision, std::shared_ptr<base::Latch>> waiting_;
};

}  // namespace apiserver::cache
