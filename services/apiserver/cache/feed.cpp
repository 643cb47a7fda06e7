#include "apiserver/cache/feed.hpp"
#include "base/log.hpp"

namespace apiserver::cache {
namespace {

using namespace std::chrono_literals;
using base::Errc;
constexpr std::int64_t page = 1000;
/// As upstream: what waits longer is told that the server is behind.
constexpr auto catch_up_max = 3000ms, ask_again_after = 100ms;

}  // namespace

Feed::Feed(std::shared_ptr<storage::Store> store, Caches& caches, base::Executor strand)
    : store_(std::move(store)), caches_(caches), strand_(strand), tasks_(strand, "cache feed") {}

Feed::~Feed() = default;

void Feed::start() {
  tasks_.spawn("feed", [this] { return run(); });
}

base::Awaitable<void> Feed::stop() {
  tasks_.cancel();
  co_await tasks_.join();
}

base::Awaitable<void> Feed::run() {
  bool listed = false;
  auto pause = 50ms;
  while (true) {
    base::Result<void> done;
    if (!listed) {
      done = co_await list_all();
      listed = done.has_value();
    }
    if (listed) {
      const auto before = caches_.progress().revision();
      done = co_await follow();
      if (caches_.progress().revision() > before) pause = 50ms;
    }
    if (done.error().code == Errc::cancelled) co_return;
    if (done.error().code == Errc::expired) listed = false;
    base::log::warning("the store's watch ended", {{"error", done.error()}, {"lists again", !listed}});
    const bool slept = co_await base::sleep_for(pause);
    if (!slept) co_return;
    pause = std::min(pause * 2, 1000ms);
  }
}

base::Awaitable<base::Result<void>> Feed::list_all() {
  storage::Revision revision = 0;
  for (const auto& cache : caches_.all()) {
    auto listed = co_await list_one(*cache, revision);
    if (!listed) co_return listed.error();
  }
  // A copy: others may come while these are listed.
  const auto guests = guests_;
  for (const auto& guest : guests) {
    auto cache = guest->cache.lock();
    if (!cache || guest->listed == 0) continue;
    auto listed = co_await list_one(*cache, revision);
    if (!listed) co_return listed.error();
    guest->listed = revision;
  }
  ++listings_;
  caches_.progress().advance(revision);
  co_return base::Result<void>();
}

base::Awaitable<base::Result<void>> Feed::list_one(ResourceCache& cache, storage::Revision& revision) {
  std::vector<EntryPtr> entries;
  storage::RangeRequest request;
  request.key = cache.prefix();
  request.range_end = storage::prefix_end(cache.prefix());
  request.limit = page;
  while (true) {
    request.revision = revision;
    auto response = co_await store_->range(request);
    if (!response) co_return response.error();
    // All resources are read at the revision of the first answer: the caches start as one consistent state.
    if (revision == 0) revision = response->revision;
    for (const auto& kv : response->kvs) {
      auto entry = cache.entry(kv.key.substr(cache.prefix().size()), *kv.value, kv.mod_revision);
      if (entry)
        entries.push_back(std::move(*entry));
      else
        base::log::error("left out of the cache", {{"key", kv.key}, {"error", entry.error()}});
    }
    if (!response->more || response->kvs.empty()) break;
    request.key = response->kvs.back().key + '\0';
  }
  cache.reset(std::move(entries), revision);
  co_return base::Result<void>();
}

base::Awaitable<base::Result<void>> Feed::follow() {
  storage::WatchRequest request;
  request.key = registry_prefix;
  request.range_end = storage::prefix_end(std::string(registry_prefix));
  request.start_revision = caches_.progress().revision() + 1;
  request.progress_notify = true;
  auto opened = co_await store_->watch(request);
  if (!opened) co_return opened.error();
  const std::shared_ptr<storage::WatchStream> stream = std::move(*opened);
  stream_ = stream;
  while (true) {
    auto batch = co_await stream->next();
    if (!batch) {
      stream_.reset();
      co_return batch.error();
    }
    apply(*batch);
  }
}

void Feed::apply(const storage::WatchBatch& batch) {
  for (const auto& event : batch.events) {
    if (auto* cache = caches_.owner_of(event.kv.key))
      apply_to(*cache, event);
    else if (!guests_.empty())
      apply_to_guests(event);
  }
  caches_.progress().advance(batch.revision);
}

void Feed::apply_to(ResourceCache& cache, const storage::WatchEvent& event) {
  auto applied = cache.apply(event.kv.key.substr(cache.prefix().size()),
                             event.removed ? nullptr : event.kv.value, event.kv.mod_revision);
  if (!applied)
    base::log::error("left out of the cache", {{"key", event.kv.key}, {"error", applied.error()}});
}

void Feed::apply_to_guests(const storage::WatchEvent& event) {
  std::erase_if(guests_, [](const auto& guest) { return guest->cache.expired(); });
  for (const auto& guest : guests_) {
    const auto cache = guest->cache.lock();
    if (!cache || !event.kv.key.starts_with(cache->prefix())) continue;
    if (guest->listed == 0)
      guest->waiting.push_back(event);
    else if (event.kv.mod_revision > guest->listed)
      apply_to(*cache, event);
  }
}

base::Awaitable<base::Result<void>> Feed::fill(std::shared_ptr<ResourceCache> cache) {
  const auto guest = std::make_shared<Guest>();
  guest->cache = cache;
  guests_.push_back(guest);
  storage::Revision revision = 0;
  int listings = 0;
  do {
    // Once more if all were listed meanwhile: what happened in a gap of the watch was in that list only.
    listings = listings_;
    revision = 0;
    auto listed = co_await list_one(*cache, revision);
    if (!listed) {
      std::erase(guests_, guest);
      co_return listed.error();
    }
  } while (listings != listings_);
  guest->listed = revision;
  for (const auto& event : std::exchange(guest->waiting, {}))
    if (event.kv.mod_revision > revision) apply_to(*cache, event);
  co_return base::Result<void>();
}

base::Awaitable<base::Result<void>> Feed::add(std::shared_ptr<ResourceCache> cache) {
  struct Adding {
    base::Latch done;
    base::Result<void> result = base::Error(Errc::cancelled, "shutting down");
  };
  const auto adding = std::make_shared<Adding>();
  const bool begun = tasks_.spawn("fill", [this, cache, adding]() -> base::Awaitable<void> {
    // However it ends, also when it is cancelled.
    const std::shared_ptr<void> opener(nullptr, [adding](void*) { adding->done.open(); });
    adding->result = co_await fill(cache);
  });
  if (!begun) co_return base::Error(Errc::unavailable, "shutting down");
  const bool answered = co_await adding->done.wait();
  if (!answered) co_return base::Error(Errc::cancelled, "cancelled");
  co_return adding->result;
}

base::Awaitable<base::Result<void>> Feed::catch_up() {
  std::shared_ptr<Round> round;
  bool first = false;
  {
    std::lock_guard lock(mutex_);
    if (!next_) {
      next_ = std::make_shared<Round>();
      first = true;
    }
    round = next_;
  }
  if (first && !tasks_.spawn("read index", [this, round] { return ask_revision(round); }))
    co_return base::Error(Errc::unavailable, "shutting down");
  const bool answered = co_await round->done.wait();
  if (!answered) co_return base::Error(Errc::cancelled, "cancelled");
  if (!round->revision) co_return round->revision.error();
  const bool reached = co_await caches_.progress().wait_until(*round->revision, catch_up_max);
  if (!reached) co_return base::Error(Errc::deadline_exceeded, "the cache is behind the store");
  co_return base::Result<void>();
}

base::Awaitable<void> Feed::ask_revision(std::shared_ptr<Round> round) {
  std::shared_ptr<Round> before;
  {
    std::lock_guard lock(mutex_);
    before = running_;
  }
  // Who joins while the question before is under way must ask anew: that answer may be older than their call.
  if (before) co_await before->done.wait();
  {
    std::lock_guard lock(mutex_);
    next_.reset();
    running_ = round;
  }
  storage::RangeRequest request;
  request.key = registry_prefix;
  request.count_only = true;
  auto response = co_await store_->range(request);
  if (response)
    round->revision = response->revision;
  else
    round->revision = response.error();
  {
    std::lock_guard lock(mutex_);
    if (running_ == round) running_.reset();
  }
  round->done.open();
  if (response) co_await ask_progress(response->revision);
}

base::Awaitable<void> Feed::ask_progress(storage::Revision revision) {
  progress_wanted_ = std::max(progress_wanted_, revision);
  progress_until_ = std::chrono::steady_clock::now() + catch_up_max;
  if (asking_) co_return;
  asking_ = true;
  // Changes outside the registry move the store's revision and are not ours to see: a mark tells how far we
  // are. Often the event itself is on its way and comes first.
  while (caches_.progress().revision() < progress_wanted_ &&
         std::chrono::steady_clock::now() < progress_until_) {
    if (auto stream = stream_) {
      auto asked = co_await stream->request_progress();
      if (!asked) base::log::debug("no progress mark", {{"error", asked.error()}});
    }
    co_await caches_.progress().wait_until(progress_wanted_, ask_again_after);
  }
  asking_ = false;
}

}  // namespace apiserver::cache
