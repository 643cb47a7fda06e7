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
  /// The last answer was a good one, and the present question is not overdue (three seconds).
  bool serving() const noexcept;

 private:
  void note(const base::Result<storage::RangeResponse>& answer);

  const std::shared_ptr<storage::Store> store_;
  std::atomic<bool> serving_{false};
  std::atomic<std::chrono::steady_clock::time_point> asked_at_{};  ///< Of the question under way; else zero.
  int failures_ = 0;                                               ///< In a row.
  std::chrono::steady_clock::time_point away_since_{};
};

}  // namespace apiserver
