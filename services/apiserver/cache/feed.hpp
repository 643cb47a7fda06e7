#pragma once
#include <functional>
#include <memory>
#include <mutex>
#include "apiserver/cache/caches.hpp"
#include "base/async.hpp"
#include "storage/store.hpp"

namespace apiserver::cache {

/// Keeps the caches at the store's side: lists everything at one revision, then follows one watch. A broken
/// watch resumes where it ended; only a compacted revision makes it list again.
class Feed {
 public:
  /// `caches` outlives the feed. `strand`: where it runs.
  Feed(std::shared_ptr<storage::Store> store, Caches& caches, base::Executor strand);
  ~Feed();

  void start();
  base::Awaitable<void> stop();

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
  void apply(const storage::WatchBatch& batch);
  base::Awaitable<void> ask_revision(std::shared_ptr<Round> round);
  base::Awaitable<void> ask_progress(storage::Revision revision);

  const std::shared_ptr<storage::Store> store_;
  Caches& caches_;
  const base::Executor strand_;
  base::TaskGroup tasks_;
  /// On the strand. Shared: a question about progress may outlast the stream's place here.
  std::shared_ptr<storage::WatchStream> stream_;
  std::mutex mutex_;  ///< Guards the rounds.
  std::shared_ptr<Round> running_, next_;
};

}  // namespace apiserver::cache
