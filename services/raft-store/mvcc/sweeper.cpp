#include "raft-store/mvcc/sweeper.hpp"
#include <atomic>
#include <boost/asio/post.hpp>
#include "base/log.hpp"

namespace raft_store::mvcc {
namespace {
/// A disk that fails does so for longer; what is not freed does no harm but take space.
constexpr std::chrono::milliseconds kPauseAfterFailure{10'000};
}  // namespace

struct Sweeper::Impl {
  Impl(Store& store_, base::Executor strand_, base::Executor pool_, SweeperOptions options_)
      : store(store_),
        strand(std::move(strand_)),
        pool(std::move(pool_)),
        options(options_),
        wanted(strand) {}

  /// Until nothing is left to do. False if cancelled.
  base::Awaitable<bool> sweep_all() {
    for (;;) {
      base::Result<bool> more = false;
      std::function<void()> work = [&] { more = store.sweep(options.changes_per_step); };
      co_await base::run_blocking(pool, std::move(work));
      if (!more) base::log::error("compaction: could not free old revisions", {{"error", more.error()}});
      if (more && !*more) co_return true;
      const bool slept = co_await base::sleep_for(more ? options.pause : kPauseAfterFailure);
      if (!slept) co_return false;
    }
  }

  Store& store;
  const base::Executor strand, pool;
  const SweeperOptions options;
  base::Event wanted;  ///< On the strand.
  std::atomic<Revision> compacted = 0;
};

Sweeper::Sweeper(Store& store, base::Executor strand, base::Executor pool, SweeperOptions options)
    : impl_(std::make_shared<Impl>(store, std::move(strand), std::move(pool), options)) {}
Sweeper::~Sweeper() = default;

void Sweeper::on_published(const Publication& publication) {
  const Revision before = impl_->compacted.exchange(publication.compacted);
  if (publication.compacted == before && !publication.reopened) return;
  boost::asio::post(impl_->strand, [impl = impl_] { impl->wanted.set(); });
}

base::Awaitable<void> Sweeper::run() {
  const std::shared_ptr<Impl> impl = impl_;
  for (;;) {
    const bool wanted = co_await impl->wanted.wait();
    if (!wanted) co_return;
    impl->wanted.reset();
    const bool done = co_await impl->sweep_all();
    if (!done) co_return;
  }
}

base::Awaitable<bool> Sweeper::wait_swept(Revision revision) {
  constexpr std::chrono::milliseconds kLookAgain{5};
  const std::shared_ptr<Impl> impl = impl_;
  while (impl->store.swept_revision() < revision) {
    const bool slept = co_await base::sleep_for(kLookAgain);
    if (!slept) co_return false;
  }
  co_return true;
}

}  // namespace raft_store::mvcc
