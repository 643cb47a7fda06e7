#pragma once
#include <atomic>
#include <functional>
#include <set>
#include <string_view>
#include "apiserver/cache/caches.hpp"
#include "base/async.hpp"

namespace apiserver {

/// Until the caches have been read from the store once. Ends with an exception if cancelled.
base::Awaitable<void> until_read(cache::Caches& caches);

/// Tells a sink every object of one resource: those that are there, then each change, for as long as it runs.
/// When the cache starts anew, what is gone since is told as removed; nothing is lost, though steps in
/// between may be. Runs on the strand given; `synced` may be asked from any thread.
class CacheFollower {
 public:
  struct Sink {
    /// `before`: what was told of this object last, null at first.
    std::function<void(const cache::Entry& entry, const cache::EntryPtr& before)> put;
    std::function<void(const cache::Entry& last)> remove;
  };
  /// `caches` outlives the follower; `cache` is one of them.
  CacheFollower(cache::Caches& caches, cache::ResourceCache& cache, base::Executor strand, Sink sink);

  /// Until cancelled.
  base::Awaitable<void> run();
  /// The state of some moment since the start has been told in full.
  bool synced() const noexcept { return synced_; }

 private:
  struct ByKey {
    using is_transparent = void;
    bool operator()(const cache::EntryPtr& a, const cache::EntryPtr& b) const { return a->key() < b->key(); }
    bool operator()(const cache::EntryPtr& a, std::string_view b) const { return a->key() < b; }
    bool operator()(std::string_view a, const cache::EntryPtr& b) const { return a < b->key(); }
  };
  using Known = std::set<cache::EntryPtr, ByKey>;  ///< Shares the cache's own entries.

  base::Awaitable<void> follow(std::shared_ptr<cache::Watcher> watcher);
  void tell(const cache::Event& event);
  void put(const cache::EntryPtr& entry);
  void finish_initial();

  cache::Caches& caches_;
  cache::ResourceCache& cache_;
  const base::Executor strand_;
  const Sink sink_;
  Known known_, seen_;
  bool initial_ = false;  ///< Between the start of a watch and the end of the state it starts with.
  std::atomic<bool> synced_{false};
};

}  // namespace apiserver
