#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>
#include "base/async.hpp"
#include "base/error.hpp"
#include "raft-store/mvcc/store.hpp"

namespace raft_store::mvcc {

struct WatchOptions {
  std::string key, range_end;   ///< As in a range.
  Revision start_revision = 0;  ///< The first wanted; 0: whatever comes after now.
  std::vector<wire::FilterType> filters;
};

/// All events of the watched range in whole revisions, in order, without what the filters take out.
struct WatchBatch {
  /// No event up to this revision is still to come. At least that of the last event.
  Revision revision = 0;
  std::vector<EventPtr> events;  ///< Empty: a progress mark.
  std::size_t bytes = 0;         ///< About their size.
};

/// One watcher. Belongs to the strand it was subscribed on: all members from there only.
///
/// It sees every event of its range from its start on, once, in order. Behind the last write by more than the
/// hub's bounds it keeps no events in memory, but is given them from the disk as it asks.
class Subscription {
 public:
  virtual ~Subscription() = default;  ///< Ends it. Not while `next` is under way.
  /// Waits for events, or for the progress mark asked for. One call at a time. Errors: expired (compacted:
  /// Store::compact_revision tells etcd's compact_revision; final); cancelled; corrupt or internal (disk).
  virtual base::Awaitable<base::Result<WatchBatch>> next() = 0;
  /// `next` returns as soon as everything up to the store's revision has been given, and that revision is
  /// `at_least` and no further below the start than by one; without events if there are none. (etcd gives no
  /// progress before it has caught up either. Who starts at a revision that is still to come was told of the
  /// one before it, by a member that was further: less would be a step back.)
  virtual void request_progress(Revision at_least = 0) = 0;
  /// A `next` under way, and every later one, ends with `cancelled`.
  virtual void cancel() = 0;
  /// Nothing up to this revision is still to come. Equal to the hub's revision when it has nothing to give,
  /// or above if the start is.
  virtual Revision position() const = 0;
};

struct WatchHubOptions {
  std::size_t queue_events_max = 4096;    ///< A watcher with more waiting for it,
  std::size_t queue_bytes_max = 8 << 20;  ///< or more bytes (shared with others), reads from disk.
  std::size_t batch_events_max = 1000;    ///< Of one `next`, but always a whole revision.
  std::size_t batch_bytes_max = 1 << 20;
};

/// What the hub counts, for etcd's metrics (etcd_debugging_mvcc_*).
struct WatchHubStatus {
  std::size_t watchers = 0, slow_watchers = 0;  ///< slow: those that read from disk.
  std::uint64_t events = 0;                     ///< Given to watchers' queues or read for them.
};

/// Hands the store's events to the watchers. All members from any thread.
///
/// A write touches only the watchers whose range holds the key (an interval tree over distinct ranges); the
/// events are shared, never copied. Writing never waits for a watcher.
class WatchHub final : public Listener {
 public:
  /// The store outlives the hub and its subscriptions; register the hub with Store::add_listener before the
  /// store is opened. `pool` is for reading from disk.
  WatchHub(const Store& store, base::Executor pool, WatchHubOptions options = {});
  ~WatchHub() override;

  void on_published(const Publication& publication) override;

  /// Registers a watcher whose `next` is awaited on `strand`. An empty key stands for "\0", the first of all
  /// (etcd's rule). A compacted start shows in the first `next`.
  std::unique_ptr<Subscription> subscribe(WatchOptions options, base::Executor strand);
  /// The last revision that was published to the watchers.
  Revision revision() const;
  WatchHubStatus status() const;

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;
};

/// A batch as etcd's message: prev_kv only if it was asked for. The header has the batch's revision; values
/// are shared.
wire::WatchResponse to_response(const WatchBatch& batch, std::int64_t watch_id, bool prev_kv);

}  // namespace raft_store::mvcc
