#include "apiserver/cache/watcher.hpp"
#include <boost/asio/post.hpp>

namespace apiserver::cache {

Change::Change(Revision revision, EntryPtr before, EntryPtr after)
    : revision_(revision), before_(std::move(before)), after_(std::move(after)) {}

const EntryPtr& Change::departed() const {
  std::call_once(departed_once_, [this] { departed_ = before_->at(revision_); });
  return departed_;
}

std::size_t Change::bytes() const noexcept {
  // What is current is in the index anyway; what it replaced is kept alive by the change alone.
  return sizeof(Change) + (before_ ? before_->json()->size() : 0);
}

Watcher::Watcher(base::Executor executor, Selection selection)
    : executor_(executor),
      selection_(std::move(selection)),
      ready_(std::make_shared<base::Event>(executor)) {}

std::optional<Event> Watcher::see(const Change& change) const {
  const bool was = change.before() && selection_.matches(*change.before());
  const bool is = change.after() && selection_.matches(*change.after());
  if (is) return Event{was ? Event::Type::modified : Event::Type::added, change.after(), change.revision()};
  if (was) return Event{Event::Type::deleted, change.departed(), change.revision()};
  return std::nullopt;
}

void Watcher::push(Event event) {
  std::lock_guard lock(mutex_);
  if (closed_) return;
  if (events_.size() >= events_max + started_with_) {
    closed_ = true;
    events_.clear();
  } else {
    events_.push_back(std::move(event));
  }
  wake();
}

void Watcher::start_with(std::deque<Event> events) {
  std::lock_guard lock(mutex_);
  started_with_ = events.size();
  events_ = std::move(events);
}

void Watcher::close() {
  std::lock_guard lock(mutex_);
  closed_ = true;
  wake();
}

void Watcher::wake() {
  if (!waiting_) return;
  waiting_ = false;
  boost::asio::post(executor_, [ready = ready_] { ready->set(); });
}

base::Awaitable<base::Result<std::vector<Event>>> Watcher::next(std::chrono::milliseconds patience) {
  constexpr std::size_t batch_max = 256;
  const auto until = std::chrono::steady_clock::now() + patience;
  while (true) {
    {
      std::lock_guard lock(mutex_);
      if (closed_)
        co_return base::Error(base::Errc::unavailable, "the watcher fell behind or the cache was reset");
      if (!events_.empty()) {
        const auto n = std::min(batch_max, events_.size());
        const auto end = events_.begin() + static_cast<std::ptrdiff_t>(n);
        std::vector<Event> batch(std::make_move_iterator(events_.begin()), std::make_move_iterator(end));
        events_.erase(events_.begin(), end);
        started_with_ -= std::min(started_with_, n);
        co_return batch;
      }
      ready_->reset();
      waiting_ = true;
    }
    const auto left = until - std::chrono::steady_clock::now();
    if (left <= std::chrono::nanoseconds(0)) co_return std::vector<Event>();
    // False for a time-out as for a cancellation; after the latter the next suspension throws.
    (void)co_await ready_->wait_for(left);
  }
}

}  // namespace apiserver::cache
