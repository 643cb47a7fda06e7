#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>
#include "apiserver/cache/caches.hpp"
#include "base/async.hpp"
#include "storage/store.hpp"

namespace apiserver::cache {

/// Keeps the caches at the store's side: lists everything at one revision, then follows one watch. A broken
/// watch resumes where it ended; only a compacted revision makes it list again.
class Feed {
 public:
  /// `caches` outlives the feed. `strand`: where it runs. Every consistent read waits for it, so in a server
  /// under load it is a lane, and `store` has connections of its own: else each piece of the watch would
  /// queue behind the requests, and the caches fall behind the store.
  Feed(std::shared_ptr<storage::Store> store, Caches& caches, base::Executor strand);
  ~Feed();

  void start();
  base::Awaitable<void> stop();

  /// Fills the cache of a resource that was defined at run time and feeds it for as long as somebody else
  /// holds it. Completes when it has everything up to some revision after the call. Errors: of the store;
  /// cancelled.
  base::Awaitable<base::Result<void>> add(std::shared_ptr<ResourceCache> cache);

  /// Completes when the caches hold all that was acknowledged before the call: what makes a read consistent.
  /// Calls that come together share one question to the store. Errors: unavailable (no store),
  /// deadline_exceeded after three seconds, cancelled.
  base::Awaitable<base::Result<void>> catch_up();

 private:
  struct Round {
    base::Latch done;
    base::Result<storage::Revision> revision{0};
  };
  base::Awaitable<void> run();
  base::Awaitable<base::Result<void>> list_all();
  base::Awaitable<base::Result<void>> list_one(ResourceCache& cache, storage::Revision& revision);
  base::Awaitable<base::Result<void>> follow();
  /// A cache that came at run time. On the strand.
  struct Guest {
    std::weak_ptr<ResourceCache> cache;
    storage::Revision listed =
        0;  ///< Changes up to here are in the list it was filled from; 0: being filled.
    std::vector<storage::WatchEvent> waiting;  ///< While it is being filled.
  };
  base::Awaitable<base::Result<void>> fill(std::shared_ptr<ResourceCache> cache);
  void apply_to_guests(const storage::WatchEvent& event);
  void apply_to(ResourceCache& cache, const storage::WatchEvent& event);
  void apply(const storage::WatchBatch& batch);
  base::Awaitable<void> ask_revision(std::shared_ptr<Round> round);
  /// Until the caches have reached `revision`, or it is too late for those who wait for it. One asks for all:
  /// the stream takes one writer at a time.
  base::Awaitable<void> ask_progress(storage::Revision revision);

  const std::shared_ptr<storage::Store> store_;
  Caches& caches_;
  const base::Executor strand_;
  base::TaskGroup tasks_;
  /// On the strand. Shared: a question about progress may outlast the stream's place here.
  std::shared_ptr<storage::WatchStream> stream_;
  bool asking_ = false;  ///< On the strand, as the two below: somebody asks for progress marks.
  storage::Revision progress_wanted_ = 0;
  std::chrono::steady_clock::time_point progress_until_;
  std::vector<std::shared_ptr<Guest>> guests_;  ///< On the strand.
  int listings_ = 0;                            ///< On the strand: how often everything was listed.
  std::mutex mutex_;                            ///< Guards the rounds.
  std::shared_ptr<Round> running_, next_;
};

}  // namespace apiserver::cache
