#pragma once
#include <deque>
#include <memory>
#include <mutex>
#include "base/async.hpp"

namespace http::detail {

/// A counting semaphore for coroutines, first come first served. Thread-safe; outlives its slots.
class Slots : public std::enable_shared_from_this<Slots> {
 public:
  /// Held as long as the work it admits; gives its place to the next one when it goes.
  class Slot {
   public:
    explicit Slot(std::shared_ptr<Slots> owner) : owner_(std::move(owner)) {}
    Slot(Slot&&) = default;
    Slot& operator=(Slot&&) = delete;
    ~Slot() {
      if (owner_) owner_->release();
    }

   private:
    std::shared_ptr<Slots> owner_;
  };

  explicit Slots(std::size_t count) : free_(count) {}
  /// Error: cancelled.
  base::Awaitable<base::Result<Slot>> acquire();

 private:
  void release();
  void forget(const std::shared_ptr<base::Latch>& turn);

  std::mutex mutex_;
  std::size_t free_;
  std::deque<std::shared_ptr<base::Latch>> waiting_;
};

}  // namespace http::detail
