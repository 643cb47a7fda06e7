#include "http/slots.hpp"
#include <algorithm>
#include <boost/asio/awaitable.hpp>

namespace http::detail {

base::Awaitable<base::Result<Slots::Slot>> Slots::acquire() {
  std::shared_ptr<base::Latch> turn;
  {
    std::lock_guard lock(mutex_);
    if (free_ > 0) {
      --free_;
    } else {
      turn = std::make_shared<base::Latch>();
      waiting_.push_back(turn);
    }
  }
  bool granted = true;
  if (turn) granted = co_await turn->wait();
  if (!granted) {
    forget(turn);
    co_return base::Error(base::Errc::cancelled, "cancelled while waiting for a connection");
  }
  co_return Slot(shared_from_this());
}

void Slots::forget(const std::shared_ptr<base::Latch>& turn) {
  {
    std::lock_guard lock(mutex_);
    const auto it = std::find(waiting_.begin(), waiting_.end(), turn);
    if (it != waiting_.end()) {
      waiting_.erase(it);
      return;
    }
  }
  release();  // Its turn came while it was cancelled.
}

void Slots::release() {
  std::shared_ptr<base::Latch> next;
  {
    std::lock_guard lock(mutex_);
    if (waiting_.empty()) {
      ++free_;
      return;
    }
    next = std::move(waiting_.front());
    waiting_.pop_front();
  }
  next->open();
}

}  // namespace http::detail
