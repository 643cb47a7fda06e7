#include "apiserver/service/cache_follower.hpp"

namespace apiserver {
namespace {

/// Registered with the cache for as long as it lives, however the coroutine around it ends.
class Registration {
 public:
  Registration(cache::ResourceCache& cache, std::shared_ptr<cache::Watcher> watcher)
      : cache_(cache), watcher_(std::move(watcher)) {
    base::ignore_error(cache_.watch(watcher_, 0, true));  // From the present state on: cannot be too old.
  }
  ~Registration() { cache_.unwatch(watcher_); }
  Registration(const Registration&) = delete;

 private:
  cache::ResourceCache& cache_;
  std::shared_ptr<cache::Watcher> watcher_;
};

}  // namespace

base::Awaitable<void> until_read(cache::Caches& caches) {
  bool read = false;
  while (!read)
    read = co_await caches.progress().wait_until(1, std::chrono::hours(1));
}

CacheFollower::CacheFollower(cache::Caches& caches, cache::ResourceCache& cache, base::Executor strand,
                             Sink sink)
    : caches_(caches), cache_(cache), strand_(strand), sink_(std::move(sink)) {}

base::Awaitable<void> CacheFollower::run() {
  co_await until_read(caches_);
  while (true) {
    auto everything = cache::Selection::make("", "", {}, {}, {});
    auto watcher = std::make_shared<cache::Watcher>(strand_, std::move(*everything));
    const Registration registration(cache_, watcher);
    seen_.clear();
    initial_ = true;
    co_await follow(watcher);
  }
}

base::Awaitable<void> CacheFollower::follow(std::shared_ptr<cache::Watcher> watcher) {
  while (true) {
    const auto events = co_await watcher->next(std::chrono::minutes(1));
    if (!events) co_return;  // Fell behind, or the cache starts anew.
    for (const auto& event : *events)
      tell(event);
  }
}

void CacheFollower::tell(const cache::Event& event) {
  using Type = cache::Event::Type;
  if (event.type == Type::initial_end) return finish_initial();
  if (event.type != Type::deleted) return put(event.entry);
  const auto last = known_.find(event.entry->key());
  if (last == known_.end()) return;
  const auto entry = *last;
  known_.erase(last);
  sink_.remove(*entry);
}

void CacheFollower::put(const cache::EntryPtr& entry) {
  cache::EntryPtr before;
  if (const auto last = known_.find(entry->key()); last != known_.end()) {
    before = *last;
    known_.erase(last);
  }
  known_.insert(entry);
  if (initial_) seen_.insert(entry);
  const bool news = !before || before->revision() != entry->revision();
  if (news) sink_.put(*entry, before);
}

void CacheFollower::finish_initial() {
  for (auto it = known_.begin(); it != known_.end();) {
    const auto entry = *it;
    it = seen_.contains(entry) ? std::next(it) : known_.erase(it);
    if (!seen_.contains(entry)) sink_.remove(*entry);
  }
  seen_.clear();
  initial_ = false;
  synced_ = true;
}

}  // namespace apiserver
