#include "raft-store/mvcc/watcher.hpp"
#include <algorithm>
#include <boost/asio/post.hpp>

namespace raft_store::mvcc {
namespace {
base::Error cancelled() {
  return {base::Errc::cancelled, "the watch was cancelled"};
}
}  // namespace

Watcher::Watcher(std::shared_ptr<HubState> hub_, WatchOptions options_, base::Executor strand_)
    : hub(std::move(hub_)), options(std::move(options_)), strand(std::move(strand_)), woken(strand) {}

bool Watcher::wants(const wire::Event& event) const {
  const auto filter =
      event.type == wire::EventType::put ? wire::FilterType::noput : wire::FilterType::nodelete;
  return std::find(options.filters.begin(), options.filters.end(), filter) == options.filters.end();
}

void Watcher::wake() {
  if (wake_posted.exchange(true)) return;
  boost::asio::post(strand, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    self->wake_posted = false;
    self->woken.set();
  });
}

bool Watcher::take(const std::vector<Arrived>& arrived, const WatchHubOptions& bounds) {
  std::size_t count = queue.size(), bytes = queue_bytes;
  const auto taken = [&](const Arrived& a) { return a.event->kv->mod_revision > upto && wants(*a.event); };
  for (const Arrived& a : arrived)
    if (taken(a)) ++count, bytes += a.bytes;
  if (count == queue.size()) return true;
  if (count > bounds.queue_events_max || bytes > bounds.queue_bytes_max) return false;
  for (const Arrived& a : arrived)
    if (taken(a)) queue.push_back(a);
  queue_bytes = bytes;
  return true;
}

WatchBatch Watcher::pop() {
  WatchBatch batch;
  const auto full = [&] {
    return batch.events.size() >= hub->options.batch_events_max ||
           batch.bytes >= hub->options.batch_bytes_max;
  };
  while (!queue.empty()) {
    Arrived& front = queue.front();
    const Revision revision = front.event->kv->mod_revision;
    if (full() && revision != batch.revision) break;
    batch.revision = revision;
    batch.bytes += front.bytes;
    batch.events.push_back(std::move(front.event));
    queue.pop_front();
  }
  queue_bytes -= batch.bytes;
  if (queue.empty()) {
    if (synced) upto = std::max(upto, hub->revision);
    batch.revision = std::max(batch.revision, upto);
  }
  return batch;
}

Watcher::Look Watcher::look(WatchBatch& batch) {
  const std::lock_guard lock(hub->mutex);
  if (queue.empty() && !synced) {
    if (upto < hub->revision) return Look::read;
    hub->join(*this);
  }
  batch = pop();
  position = batch.revision;
  const bool asked = progress_wanted && synced && queue.empty();
  const bool progress = asked && hub->revision >= *progress_wanted;
  if (asked && !progress) hub->awaiting.emplace(*progress_wanted, this);
  if (progress) progress_wanted.reset();
  return progress || !batch.events.empty() ? Look::give : Look::wait;
}

base::Awaitable<base::Result<WatchBatch>> Watcher::read() {
  HistoryRequest request;
  request.key = options.key;
  request.range_end = options.range_end;
  request.from = upto + 1;  // Nobody else moves it while the watcher is not synced.
  request.events_max = hub->options.batch_events_max;
  request.bytes_max = hub->options.batch_bytes_max;
  base::Result<History> history = History();
  std::function<void()> work = [&] { history = hub->store.history(request); };
  co_await base::run_blocking(hub->pool, std::move(work));
  if (!history) co_return history.error();
  WatchBatch batch;
  batch.revision = history->upto;
  for (EventPtr& event : history->events) {
    if (!wants(*event)) continue;
    batch.bytes += bytes_of(*event);
    batch.events.push_back(std::move(event));
  }
  const std::lock_guard lock(hub->mutex);
  upto = position = batch.revision;
  hub->events += batch.events.size();
  if (upto >= hub->revision) hub->join(*this);
  co_return batch;
}

WatcherSubscription::~WatcherSubscription() {
  const std::lock_guard lock(watcher_->hub->mutex);
  watcher_->hub->leave(*watcher_);
  watcher_->hub->watchers.erase(watcher_.get());
  std::erase_if(watcher_->hub->awaiting, [this](const auto& a) { return a.second == watcher_.get(); });
}

void WatcherSubscription::request_progress(Revision at_least) {
  at_least = std::max(at_least, std::max<Revision>(watcher_->options.start_revision, 1) - 1);
  watcher_->progress_wanted = std::max(at_least, watcher_->progress_wanted.value_or(0));
  watcher_->woken.set();
}

void WatcherSubscription::cancel() {
  watcher_->cancelled = true;
  watcher_->woken.set();
}

Revision WatcherSubscription::position() const {
  const std::lock_guard lock(watcher_->hub->mutex);
  if (!watcher_->queue.empty()) return watcher_->position;
  if (!watcher_->synced) return watcher_->upto;
  return std::max(watcher_->upto, watcher_->hub->revision);
}

base::Awaitable<base::Result<WatchBatch>> WatcherSubscription::next() {
  const std::shared_ptr<Watcher> self = watcher_;
  for (;;) {
    if (self->cancelled) co_return cancelled();
    self->woken.reset();
    base::Result<WatchBatch> batch = WatchBatch();
    switch (self->look(*batch)) {
      case Watcher::Look::give:
        co_return batch;
      case Watcher::Look::wait: {
        const bool woken = co_await self->woken.wait();
        if (!woken) co_return cancelled();
        break;
      }
      case Watcher::Look::read:
        batch = co_await self->read();
        if (!batch || !batch->events.empty()) co_return batch;
        break;
    }
  }
}

}  // namespace raft_store::mvcc
