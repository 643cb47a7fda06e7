#include "apiserver/cache/progress.hpp"

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

base::Awaitable<bool> Progress::wait_until(storage::Revision revision) {
  auto latch = std::make_shared<base::Latch>();
  {
    std::lock_guard lock(mutex_);
    if (revision_ >= revision) co_return true;
    waiting_.emplace(revision, latch);
  }
  co_return co_await latch->wait();
}

}  // namespace apiserver::cache
