#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include "storage/store.hpp"

namespace apiserver {

/// Asks the store every second or two whether it serves: what the "etcd" health check and the log say.
/// Runs on the strand of who calls `run`; `serving` may be asked from any thread.
class StoreMonitor {
 public:
  explicit StoreMonitor(std::shared_ptr<storage::Store> store) : store_(std::move(store)) {}
  base::Awaitable<void> run();
  /// One question.
  base::Awaitable<void> ask();
  bool serving() const noexcept { return serving_; }

 private:
  void note(const base::Result<storage::RangeResponse>& answer);

  const std::shared_ptr<storage::Store> store_;
  std::atomic<bool> serving_{false};
  int failures_ = 0;  ///< In a row.
  std::chrono::steady_clock::time_point away_since_{};
};

}  // namespace apiserver
