#pragma once
#include <atomic>
#include <deque>
#include <mutex>
#include <optional>
#include <set>
#include <utility>
#include "raft-store/mvcc/range_index.hpp"
#include "raft-store/mvcc/watch_hub.hpp"

/// The inside of WatchHub. A watcher is synced (stands in the index, and events come into its queue as they
/// are published) or not (its `next` reads from disk). It joins when it has read up to what the hub has
/// published, and falls back when its queue is full or the store's data was replaced.
namespace raft_store::mvcc {

struct Watcher;

struct Arrived {
  EventPtr event;
  std::size_t bytes;
};

/// The synced watchers of one range.
struct WatchedRange {
  std::vector<Watcher*> watchers;
  std::vector<Arrived> arrived;  ///< Only while a publication is handed out.
};

struct HubState {
  HubState(const Store& store_, base::Executor pool_, WatchHubOptions options_)
      : store(store_), pool(std::move(pool_)), options(options_) {}

  // With the mutex held:
  void join(Watcher& watcher);
  void leave(Watcher& watcher);
  void deliver(const Publication& publication);
  /// Leaves; everything up to `upto` was given to its queue.
  void fall_back(Watcher& watcher, Revision upto);
  /// Moves on, and wakes those that wait for a revision.
  void reach(Revision now);

  const Store& store;
  const base::Executor pool;
  const WatchHubOptions options;
  mutable std::mutex mutex;  ///< Guards all below, and the watchers' part that says so.
  RangeIndex<WatchedRange> ranges;
  std::set<Watcher*> watchers;
  /// Those of whom progress was asked at a revision that is still to come.
  std::set<std::pair<Revision, Watcher*>> awaiting;
  Revision revision = 1;  ///< Published to the watchers.
  std::uint64_t events = 0;
};

struct WatchHub::Shared : HubState {
  using HubState::HubState;
};

struct Watcher : std::enable_shared_from_this<Watcher> {
  Watcher(std::shared_ptr<HubState> hub_, WatchOptions options_, base::Executor strand_);

  Interval range() const { return {options.key, options.range_end}; }
  bool wants(const wire::Event& event) const;

  // From any thread:
  void wake();

  // With the hub's mutex held:
  /// All or nothing; false if the queue would be too long.
  bool take(const std::vector<Arrived>& arrived, const WatchHubOptions& bounds);
  /// The front of the queue, whole revisions.
  WatchBatch pop();

  // On the strand, for `next`:
  enum class Look { give, wait, read };
  /// Fills the batch from the queue (give), or tells what to do before looking again.
  Look look(WatchBatch& batch);
  /// The next events from disk; the watcher is not synced. Without events: nothing up to its revision.
  base::Awaitable<base::Result<WatchBatch>> read();

  const std::shared_ptr<HubState> hub;
  const WatchOptions options;
  const base::Executor strand;
  base::Event woken;  ///< On the strand.
  std::atomic<bool> wake_posted = false;

  // Guarded by the hub's mutex:
  bool synced = false;
  std::deque<Arrived> queue;
  std::size_t queue_bytes = 0;
  /// Everything up to it was given out or stands in the queue; while synced the hub's revision counts, if
  /// that is higher.
  Revision upto = 0;

  // On the strand:
  Revision position = 0;
  std::optional<Revision> progress_wanted;  ///< Asked for, and no mark yet: at least at this revision.
  bool cancelled = false;
};

class WatcherSubscription final : public Subscription {
 public:
  explicit WatcherSubscription(std::shared_ptr<Watcher> watcher) : watcher_(std::move(watcher)) {}
  ~WatcherSubscription() override;
  base::Awaitable<base::Result<WatchBatch>> next() override;
  void request_progress(Revision at_least) override;
  void cancel() override;
  Revision position() const override;

 private:
  std::shared_ptr<Watcher> watcher_;
};

/// About what it takes in memory and on the wire.
std::size_t bytes_of(const wire::Event& event);

}  // namespace raft_store::mvcc
