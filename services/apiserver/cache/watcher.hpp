#pragma once
#include <chrono>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>
#include "apiserver/cache/selection.hpp"
#include "base/async.hpp"

namespace apiserver::cache {

/// What happened to one object at one revision. Immutable and shared by all who watch.
class Change {
 public:
  Change(Revision revision, EntryPtr before, EntryPtr after);
  Revision revision() const noexcept { return revision_; }
  const EntryPtr& before() const noexcept { return before_; }  ///< Null: it was created.
  const EntryPtr& after() const noexcept { return after_; }    ///< Null: it was deleted.
  /// The state before, carrying this change's revision: what "DELETED" shows.
  const EntryPtr& departed() const;
  std::size_t bytes() const noexcept;
  std::chrono::steady_clock::time_point at() const noexcept { return at_; }

 private:
  Revision revision_;
  EntryPtr before_, after_;
  mutable std::once_flag departed_once_;
  mutable EntryPtr departed_;
  std::chrono::steady_clock::time_point at_ = std::chrono::steady_clock::now();
};
using ChangePtr = std::shared_ptr<const Change>;

/// What a watcher is told.
struct Event {
  enum class Type { added, modified, deleted, initial_end } type = Type::added;
  EntryPtr entry;  ///< Null for initial_end.
  Revision revision = 0;
  std::size_t audience = 0;  ///< About how many watchers are told of it at once.
};

/// One client's view of a resource's changes. The cache puts events in; one coroutine takes them out.
/// A watcher that falls `events_max` behind is closed: the client resumes from the last revision it saw, so a
/// slow client costs bounded memory and never slows the rest.
class Watcher {
 public:
  static constexpr std::size_t events_max = 1000;

  /// `executor`: the strand of who calls `next`.
  Watcher(base::Executor executor, Selection selection);

  /// Events in order, as many as are there; waits up to `patience` for the first one. Empty: none came in
  /// time. Errors: unavailable (fell behind, or the cache was reset), cancelled.
  base::Awaitable<base::Result<std::vector<Event>>> next(std::chrono::milliseconds patience);
  const Selection& selection() const noexcept { return selection_; }

  // For the cache.
  /// The event this change is for this selection, if any.
  std::optional<Event> see(const Change& change) const;
  void push(Event event);
  /// The state a watch starts with: not counted against the bound.
  void start_with(std::deque<Event> events);
  void close();

 private:
  void wake();

  const base::Executor executor_;
  const Selection selection_;
  std::mutex mutex_;
  std::deque<Event> events_;  ///< Guarded by mutex_, as are the next two.
  bool closed_ = false, waiting_ = false;
  std::size_t started_with_ = 0;
  std::shared_ptr<base::Event> ready_;
};

}  // namespace apiserver::cache
