#include "apiserver/cache/progress.hpp"
#include <algorithm>

namespace apiserver::cache {

storage::Revision Progress::revision() const {
  std::lock_guard lock(mutex_);
  return revision_;
}

void Progress::advance(storage::Revision revision) {
  std::lock_guard lock(mutex_);
  if (revision <= revision_) return;
  revision_ = revision;
  const auto end = waiting_.upper_bound(revision);
  for (auto it = waiting_.begin(); it != end; ++it)
    it->second->open();
  waiting_.erase(waiting_.begin(), end);
}

base::Awaitable<bool> Progress::wait_until(storage::Revision revision, std::chrono::milliseconds patience) {
  auto latch = std::make_shared<base::Latch>();
  {
    std::lock_guard lock(mutex_);
    if (revision_ >= revision) co_return true;
    waiting_.emplace(revision, latch);
  }
  const bool reached = co_await latch->wait_for(patience);
  if (reached) co_return true;
  std::lock_guard lock(mutex_);
  const auto [begin, end] = waiting_.equal_range(revision);
  const auto mine = std::find_if(begin, end, [&](const auto& w) { return w.second == latch; });
  if (mine != end) waiting_.erase(mine);
  co_return latch->is_open();
}

}  // namespace apiserver::cache
