#include "raft-store/mvcc/watch_hub.hpp"
#include <algorithm>
#include "raft-store/mvcc/watcher.hpp"

namespace raft_store::mvcc {
namespace {

std::size_t bytes_of(const wire::KeyValue& kv) {
  return kv.key.size() + (kv.value ? kv.value->size() : 0);
}

}  // namespace

std::size_t bytes_of(const wire::Event& event) {
  return (event.kv ? bytes_of(*event.kv) : 0) + (event.prev_kv ? bytes_of(*event.prev_kv) : 0);
}

void HubState::join(Watcher& watcher) {
  watcher.synced = true;
  ranges.at(watcher.range()).watchers.push_back(&watcher);
}

void HubState::leave(Watcher& watcher) {
  if (!watcher.synced) return;
  watcher.synced = false;
  WatchedRange& range = ranges.at(watcher.range());
  std::erase(range.watchers, &watcher);
  if (range.watchers.empty()) ranges.erase(watcher.range());
}

void HubState::deliver(const Publication& publication) {
  std::vector<WatchedRange*> touched;
  for (const RevisionEvents& revision : publication.revisions)
    for (const EventPtr& event : revision.events)
      ranges.visit(event->kv->key, [&](WatchedRange& range) {
        if (range.arrived.empty()) touched.push_back(&range);
        range.arrived.push_back({event, bytes_of(*event)});
      });
  const Revision before = revision;
  reach(publication.revision);
  std::vector<Watcher*> full;
  for (WatchedRange* range : touched) {
    for (Watcher* watcher : range->watchers) {
      if (!watcher->take(range->arrived, options)) full.push_back(watcher);
      watcher->wake();
    }
    events += range->arrived.size() * range->watchers.size();
    range->arrived.clear();
  }
  // It finds on disk what was not taken, once it has worked off what waits for it.
  for (Watcher* watcher : full)
    fall_back(*watcher, before);
}

void HubState::reach(Revision now) {
  revision = now;
  const auto end = awaiting.lower_bound({now + 1, nullptr});
  for (auto it = awaiting.begin(); it != end; ++it)
    it->second->wake();
  awaiting.erase(awaiting.begin(), end);
}

void HubState::fall_back(Watcher& watcher, Revision upto) {
  leave(watcher);
  watcher.upto = std::max(watcher.upto, upto);
  watcher.wake();
}

WatchHub::WatchHub(const Store& store, base::Executor pool, WatchHubOptions options)
    : shared_(std::make_shared<Shared>(store, std::move(pool), options)) {}
WatchHub::~WatchHub() = default;

void WatchHub::on_published(const Publication& publication) {
  const std::lock_guard lock(shared_->mutex);
  if (!publication.reopened) return shared_->deliver(publication);
  const Revision before = shared_->revision;
  shared_->reach(publication.revision);
  for (Watcher* watcher : shared_->watchers)
    if (watcher->synced) shared_->fall_back(*watcher, before);
}

std::unique_ptr<Subscription> WatchHub::subscribe(WatchOptions options, base::Executor strand) {
  if (options.key.empty()) options.key.push_back('\0');
  auto watcher = std::make_shared<Watcher>(shared_, std::move(options), std::move(strand));
  const std::lock_guard lock(shared_->mutex);
  shared_->watchers.insert(watcher.get());
  const Revision start = watcher->options.start_revision;
  // All below the first revision are alike: compacted.
  watcher->upto = start != 0 ? std::max<Revision>(start, -1) - 1 : shared_->revision;
  watcher->position = watcher->upto;
  if (watcher->upto >= shared_->revision) shared_->join(*watcher);
  return std::make_unique<WatcherSubscription>(std::move(watcher));
}

Revision WatchHub::revision() const {
  const std::lock_guard lock(shared_->mutex);
  return shared_->revision;
}

WatchHubStatus WatchHub::status() const {
  const std::lock_guard lock(shared_->mutex);
  WatchHubStatus status;
  status.watchers = shared_->watchers.size();
  status.slow_watchers = static_cast<std::size_t>(std::count_if(
      shared_->watchers.begin(), shared_->watchers.end(), [](const Watcher* w) { return !w->synced; }));
  status.events = shared_->events;
  return status;
}

wire::WatchResponse to_response(const WatchBatch& batch, std::int64_t watch_id, bool prev_kv) {
  wire::WatchResponse response;
  response.header.revision = batch.revision;
  response.watch_id = watch_id;
  response.events.reserve(batch.events.size());
  for (const EventPtr& event : batch.events) {
    wire::Event& copy = response.events.emplace_back();
    copy.type = event->type;
    copy.kv = event->kv;
    if (prev_kv) copy.prev_kv = event->prev_kv;
  }
  return response;
}

}  // namespace raft_store::mvcc
