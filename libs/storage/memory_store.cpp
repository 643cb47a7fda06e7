#include "storage/memory_store.hpp"
#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <mutex>
#include "storage/memory_state.hpp"

namespace storage {
namespace {

/// More events than that go into the next batch; a revision is never divided.
constexpr std::size_t kBatchEventsMax = 1000;

base::Error interrupted() {
  return base::Error(base::Errc::unavailable, "the store is interrupted");
}

/// What wakes a watch stream: its event, on its own executor.
struct Waker {
  Waker(base::Executor ex) : executor(std::move(ex)), event(executor) {}
  base::Executor executor;
  base::Event event;
  bool progress = false;  ///< Only touched on the executor.
};

}  // namespace

struct MemoryStore::Shared {
  explicit Shared(const base::Clock& c) : clock(c) {}

  const base::Clock& clock;
  mutable std::mutex mutex;
  MemoryState state;
  bool away = false;
  std::uint64_t interruptions = 0;  ///< A stream opened before the last one is broken.
  std::vector<std::weak_ptr<Waker>> watchers;

  /// With the mutex held.
  void wake_all() {
    std::erase_if(watchers, [](const auto& w) { return w.expired(); });
    for (const auto& weak : watchers)
      if (auto waker = weak.lock()) boost::asio::post(waker->executor, [waker] { waker->event.set(); });
  }

  /// Runs `work` on the state under the mutex and wakes the watchers if it wrote.
  template <class Work>
  auto with(Work work) -> decltype(work(state)) {
    const std::lock_guard lock(mutex);
    if (away) return interrupted();
    const Revision before = state.revision();
    state.expire(clock.steady_now());
    auto result = work(state);
    if (state.revision() != before) wake_all();
    return result;
  }
};

namespace {

class MemoryWatch final : public WatchStream {
 public:
  using Poll = std::function<base::Result<WatchBatch>(Revision from)>;
  MemoryWatch(Poll poll, std::shared_ptr<Waker> waker, Revision from)
      : poll_(std::move(poll)), waker_(std::move(waker)), from_(from) {}

  base::Awaitable<base::Result<WatchBatch>> next() override {
    for (;;) {
      waker_->event.reset();
      auto batch = poll_(from_);
      if (!batch) co_return batch.error();
      from_ = batch->revision + 1;
      const bool progress = std::exchange(waker_->progress, false);
      if (!batch->events.empty() || progress) co_return batch;
      // Leases end without anybody writing: look again now and then.
      co_await waker_->event.wait_for(std::chrono::milliseconds(500));
      const auto state = co_await boost::asio::this_coro::cancellation_state;
      if (state.cancelled() != boost::asio::cancellation_type::none)
        co_return base::Error(base::Errc::cancelled, "watch cancelled");
    }
  }

  base::Awaitable<base::Result<void>> request_progress() override {
    waker_->progress = true;
    waker_->event.set();
    co_return base::Result<void>();
  }

 private:
  Poll poll_;
  std::shared_ptr<Waker> waker_;
  Revision from_;
};

}  // namespace

MemoryStore::MemoryStore(const base::Clock& clock) : shared_(std::make_shared<Shared>(clock)) {}
MemoryStore::~MemoryStore() = default;

base::Awaitable<base::Result<RangeResponse>> MemoryStore::range(RangeRequest request) {
  co_return shared_->with([&](MemoryState& s) { return s.range(request); });
}

base::Awaitable<base::Result<TxnResponse>> MemoryStore::txn(TxnRequest request) {
  co_return shared_->with([&](MemoryState& s) { return s.txn(request); });
}

base::Awaitable<base::Result<std::unique_ptr<WatchStream>>> MemoryStore::watch(WatchRequest request) {
  auto waker = std::make_shared<Waker>(co_await boost::asio::this_coro::executor);
  const std::lock_guard lock(shared_->mutex);
  if (shared_->away) co_return interrupted();
  const Revision from = request.start_revision > 0 ? request.start_revision : shared_->state.revision() + 1;
  shared_->watchers.push_back(waker);
  auto poll = [shared = shared_, request = std::move(request),
               opened = shared_->interruptions](Revision first) -> base::Result<WatchBatch> {
    return shared->with([&](MemoryState& s) -> base::Result<WatchBatch> {
      if (shared->interruptions != opened) return interrupted();
      return s.events(request, first, kBatchEventsMax);
    });
  };
  std::unique_ptr<WatchStream> stream =
      std::make_unique<MemoryWatch>(std::move(poll), std::move(waker), from);
  co_return stream;
}

base::Awaitable<base::Result<LeaseId>> MemoryStore::grant_lease(std::int64_t ttl) {
  co_return shared_->with(
      [&](MemoryState& s) -> base::Result<LeaseId> { return s.grant(ttl, shared_->clock.steady_now()); });
}

base::Awaitable<base::Result<void>> MemoryStore::keep_lease_alive(LeaseId id) {
  co_return shared_->with([&](MemoryState& s) { return s.keep_alive(id, shared_->clock.steady_now()); });
}

base::Awaitable<base::Result<void>> MemoryStore::revoke_lease(LeaseId id) {
  co_return shared_->with([&](MemoryState& s) { return s.revoke(id); });
}

base::Awaitable<base::Result<void>> MemoryStore::compact(Revision revision) {
  co_return shared_->with([&](MemoryState& s) { return s.compact(revision); });
}

void MemoryStore::expire_leases() {
  base::ignore_error(shared_->with([](MemoryState&) -> base::Result<void> { return {}; }));
}

void MemoryStore::interrupt() {
  const std::lock_guard lock(shared_->mutex);
  shared_->away = true;
  ++shared_->interruptions;
  shared_->wake_all();
}

void MemoryStore::restore() {
  const std::lock_guard lock(shared_->mutex);
  shared_->away = false;
}

Revision MemoryStore::revision() const {
  const std::lock_guard lock(shared_->mutex);
  return shared_->state.revision();
}

}  // namespace storage
