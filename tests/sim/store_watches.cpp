#include "sim/store_watches.hpp"
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <map>
#include "base/assert.hpp"
#include "raft-store/mvcc/watch_hub.hpp"
#include "sim/command.hpp"
#include "storage/convert.hpp"

namespace sim {
namespace {

namespace mvcc = raft_store::mvcc;

/// Small, so that watchers fall behind and read from disk.
mvcc::WatchHubOptions hub_options() {
  mvcc::WatchHubOptions options;
  options.queue_events_max = 6;
  options.batch_events_max = 3;
  return options;
}

struct Slot {
  std::unique_ptr<mvcc::Subscription> subscription;
  storage::Revision next = 0;
  bool waits = false;
  std::optional<base::Result<mvcc::WatchBatch>> result;
};

}  // namespace

struct StoreWatches::Impl {
  explicit Impl(mvcc::Store& store)
      : hub(store, io.get_executor(), hub_options()), tasks(io.get_executor(), "watchers") {}

  void turn() {
    io.restart();
    io.poll();
  }

  void begin(Slot& slot, storage::Revision from) {
    if (slot.waits) slot.subscription->cancel();
    turn();
    COX_ASSERT(!slot.waits, "a cancelled watch ends");
    mvcc::WatchOptions options;
    options.key = all_keys().key;
    options.range_end = all_keys().range_end;
    options.start_revision = from;
    slot.subscription = hub.subscribe(std::move(options), io.get_executor());
    slot.next = from;
    slot.result.reset();
  }

  void wait(Slot& slot) {
    slot.waits = true;
    tasks.spawn("watch", [&slot]() -> base::Awaitable<void> {
      base::Result<mvcc::WatchBatch> batch = co_await slot.subscription->next();
      slot.result = std::move(batch);
      slot.waits = false;
    });
  }

  boost::asio::io_context io{1};
  mvcc::WatchHub hub;
  base::TaskGroup tasks;
  std::map<int, Slot> slots;
};

StoreWatches::StoreWatches(mvcc::Store& store) : impl_(std::make_unique<Impl>(store)) {}

StoreWatches::~StoreWatches() {
  impl_->tasks.cancel();
  boost::asio::co_spawn(impl_->io, impl_->tasks.join(), boost::asio::detached);
  turn();
}

mvcc::Listener& StoreWatches::listener() {
  return impl_->hub;
}

void StoreWatches::turn() {
  impl_->turn();
}

base::Result<std::optional<storage::WatchBatch>> StoreWatches::next(int watcher, storage::Revision from,
                                                                    bool progress) {
  Slot& slot = impl_->slots[watcher];
  if (!slot.subscription || slot.next != from) impl_->begin(slot, from);
  if (!slot.waits && !slot.result) impl_->wait(slot);  // What has come meanwhile is still there.
  if (progress) slot.subscription->request_progress();
  turn();
  if (slot.waits) return std::optional<storage::WatchBatch>();
  base::Result<mvcc::WatchBatch> batch = std::move(*slot.result);
  slot.result.reset();
  if (!batch) {
    slot.subscription.reset();
    return batch.error();
  }
  slot.next = std::max(from, batch->revision + 1);
  storage::WatchBatch out = storage::from_wire(mvcc::to_response(*batch, 0, true));
  out.revision = batch->revision;
  return std::optional(std::move(out));
}

}  // namespace sim
