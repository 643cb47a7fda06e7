#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <catch2/catch.hpp>
#include <map>
#include <random>
#include "raft-store/mvcc/range_index.hpp"
#include "raft-store/mvcc/sweeper.hpp"
#include "raft-store/mvcc/testing.hpp"
#include "raft-store/mvcc/watch_hub.hpp"

namespace raft_store::mvcc {
namespace {

using namespace std::chrono_literals;
using namespace testing;
using replication::testing::run;

TEST_CASE("the range index finds what a look at every range finds", "[mvcc]") {
  std::mt19937 random(3);
  const auto key = [&] { return std::string(1, static_cast<char>('a' + random() % 12)); };
  RangeIndex<std::string> index;
  std::map<std::string, std::pair<std::string, std::string>> plain;
  for (int step = 0; step < 2000; ++step) {
    const std::string begin = key(), end = random() % 4 == 0   ? ""
                                           : random() % 4 == 0 ? std::string(1, '\0')
                                                               : key();
    const std::string name = begin + "-" + end;
    if (random() % 3 != 0) {
      index.at({begin, end}) = name;
      plain[name] = {begin, end};
    } else {
      index.erase({begin, end});
      plain.erase(name);
    }
    std::vector<std::string> got, wanted;
    const std::string at = key();
    index.visit(at, [&](const std::string& found) { got.push_back(found); });
    for (const auto& [n, range] : plain)
      if (Interval{range.first, range.second}.contains(at)) wanted.push_back(n);
    std::sort(got.begin(), got.end());
    REQUIRE(got == wanted);
    REQUIRE(index.size() == plain.size());
  }
}

/// A store with a hub, whose watchers run on the test's strand.
struct Watched {
  explicit Watched(base::Runtime& runtime_, WatchHubOptions options = {})
      : runtime(runtime_), strand(runtime.make_strand()), hub(*store, runtime.blocking_pool(), options) {
    store.open({&hub});
  }
  std::unique_ptr<Subscription> watch(std::string key, std::string range_end = "", Revision start = 0,
                                      std::vector<wire::FilterType> filters = {}) {
    return hub.subscribe({std::move(key), std::move(range_end), start, std::move(filters)}, strand);
  }

  base::Runtime& runtime;
  TestStore store{TestStore::Opened::later};
  base::Executor strand;
  WatchHub hub;
};

/// Runs the body on the strand that owns the subscriptions.
void on_strand(WatchHubOptions options, std::function<base::Awaitable<void>(Watched&)> body) {
  run([&](base::Runtime& runtime) -> base::Awaitable<void> {
    Watched watched(runtime, options);
    auto on_it = [&]() -> base::Awaitable<void> { return body(watched); };
    co_await boost::asio::co_spawn(watched.strand, on_it, boost::asio::use_awaitable);
  });
}

std::string show(const base::Result<WatchBatch>& batch) {
  if (!batch) return batch.error().message;
  return std::to_string(batch->revision) + ": " + testing::show(batch->events);
}

base::Awaitable<std::string> next(Subscription& subscription) {
  const base::Result<WatchBatch> batch = co_await subscription.next();
  co_return show(batch);
}

TEST_CASE("a watch gets history, then what is written, then progress", "[mvcc]") {
  on_strand({}, [](Watched& w) -> base::Awaitable<void> {
    w.store.apply({put_of("a", "1"), put_of("b", "1"), put_of("a", "2")});
    const auto from_two = w.watch("a", "", 2), from_now = w.watch("a", "b");
    std::string got = co_await next(*from_two);
    CHECK(got == "4: a=1@2, a=2@4 (was a=1@2)");
    w.store.apply({put_of("b", "2"), delete_of("a", "c")});
    got = co_await next(*from_two);
    CHECK(got == "6: a-@6 (was a=2@4)");
    got = co_await next(*from_now);
    CHECK(got == "6: a-@6 (was a=2@4)");
    w.store.apply(put_of("c", "1"));
    CHECK(from_now->position() == 7);
    from_now->request_progress();
    got = co_await next(*from_now);
    CHECK(got == "7: ");
    CHECK(w.hub.status().watchers == 2);
    CHECK(w.hub.status().slow_watchers == 0);
  });
}

TEST_CASE("a waiting watch is woken by a write on another thread, and by cancel", "[mvcc]") {
  on_strand({}, [](Watched& w) -> base::Awaitable<void> {
    const auto watch = w.watch("a");
    base::TaskGroup group(w.strand, "writer");
    group.spawn("write", [&w]() -> base::Awaitable<void> {
      std::function<void()> work = [&w] { w.store.apply(put_of("a", "1")); };
      co_await base::run_blocking(w.runtime.blocking_pool(), std::move(work));
    });
    std::string got = co_await next(*watch);
    CHECK(got == "2: a=1@2");
    group.spawn("cancel", [&watch]() -> base::Awaitable<void> {
      watch->cancel();
      co_return;
    });
    got = co_await next(*watch);
    CHECK(got == "the watch was cancelled");
    co_await group.join();
  });
}

TEST_CASE("a start in the future waits for it; filters leave out", "[mvcc]") {
  on_strand({}, [](Watched& w) -> base::Awaitable<void> {
    const auto later = w.watch("a", "", 4);
    const auto deletes = w.watch("a", "", 2, {wire::FilterType::noput});
    w.store.apply({put_of("a", "1"), put_of("a", "2"), put_of("a", "3"), delete_of("a")});
    std::string got = co_await next(*later);
    CHECK(got == "5: a=3@4 (was a=2@3), a-@5 (was a=3@4)");
    got = co_await next(*deletes);
    CHECK(got == "5: a-@5 (was a=3@4)");
  });
}

TEST_CASE("no progress is told from before the start, or before what was asked for", "[mvcc]") {
  on_strand({}, [](Watched& w) -> base::Awaitable<void> {
    w.store.apply({put_of("b", "1"), put_of("b", "2")});  // The store is at 3.
    const auto ahead = w.watch("a", "", 7), present = w.watch("a");
    std::string marks;
    base::TaskGroup group(w.strand, "marks");
    for (Subscription* watch : {ahead.get(), present.get()}) {
      watch->request_progress(watch == present.get() ? 5 : 0);
      group.spawn("next", [watch, &marks]() -> base::Awaitable<void> {
        const std::string mark = co_await next(*watch);
        marks += mark + "; ";
      });
    }
    for (const char* value : {"3", "4", "5", "6"}) {
      co_await base::sleep_for(1ms);
      marks += std::to_string(w.hub.revision()) + " ";
      w.store.apply(put_of("b", value));
    }
    co_await group.join();
    CHECK(marks == "3 4 5: ; 5 6: ; 6 ");
    // Its own events are as good a mark.
    ahead->request_progress(9);
    w.store.apply({put_of("a", "1"), put_of("b", "7")});
    const std::string got = co_await next(*ahead);
    CHECK(got == "9: a=1@8");
  });
}

TEST_CASE("a compacted start is told", "[mvcc]") {
  on_strand({}, [](Watched& w) -> base::Awaitable<void> {
    w.store.apply({put_of("a", "1"), put_of("a", "2"), delete_of("a"), put_of("a", "4")});
    REQUIRE(w.store.apply(wire::CompactionRequest{4, false}).has_value());
    w.store.sweep_all();
    const auto too_early = w.watch("a", "", 3), early = w.watch("a", "", 4);
    const auto refused = co_await too_early->next();
    CHECK(refused.error().is(base::Errc::expired));
    CHECK(w.store->compact_revision() == 4);
    const std::string got = co_await next(*early);
    CHECK(got == "5: a-@4, a=4@5");
  });
}

TEST_CASE("a slow watcher reads from disk and misses nothing", "[mvcc]") {
  WatchHubOptions options;
  options.queue_events_max = 3;
  options.batch_events_max = 2;
  on_strand(options, [](Watched& w) -> base::Awaitable<void> {
    const auto watch = w.watch("k", "l");
    std::string wanted, got;
    for (int i = 0; i < 20; ++i) {
      const std::string key = "k" + std::to_string(i % 3);
      w.store.apply({put_of(key, std::to_string(i)), put_of("other", "x")});
      wanted += key + "=" + std::to_string(i) + " ";
    }
    CHECK(w.hub.status().slow_watchers == 1);
    Revision last = 1;
    while (watch->position() < w.store->revision()) {
      const auto batch = co_await watch->next();
      REQUIRE(batch.has_value());
      CHECK(batch->events.size() <= 2);
      for (const EventPtr& event : batch->events) {
        got += event->kv->key + "=" + value_of(*event->kv) + " ";
        CHECK(event->kv->mod_revision > last);
        last = event->kv->mod_revision;
      }
    }
    CHECK(got == wanted);
    watch->request_progress();
    const std::string progress = co_await next(*watch);
    CHECK(progress == "41: ");
    CHECK(w.hub.status().slow_watchers == 0);
    w.store.apply(put_of("k", "live"));
    const std::string live = co_await next(*watch);
    CHECK(live == "42: k=live@42");
  });
}

TEST_CASE("a revision is never split, however large", "[mvcc]") {
  WatchHubOptions options;
  options.batch_events_max = 2;
  on_strand(options, [](Watched& w) -> base::Awaitable<void> {
    const auto live = w.watch("k", "l");
    wire::TxnRequest txn;
    for (int i = 0; i < 5; ++i)
      txn.success.push_back(op_of(put_of("k" + std::to_string(i), "1")));
    w.store.apply({txn, put_of("k", "2"), put_of("k", "3")});
    const auto late = w.watch("k", "l", 2);
    for (const auto& watch : {live.get(), late.get()}) {
      const auto first = co_await watch->next();
      REQUIRE(first.has_value());
      CHECK(first->events.size() == 5);
      CHECK(first->revision == 2);
      const std::string rest = co_await next(*watch);
      CHECK(rest == "4: k=2@3, k=3@4 (was k=2@3)");
    }
  });
}

TEST_CASE("a leader's snapshot replaces the data: watchers go on from where they were", "[mvcc]") {
  on_strand({}, [](Watched& w) -> base::Awaitable<void> {
    TestStore leader;
    for (TestStore* store : {&w.store, &leader})
      store->apply(put_of("a", "1"));
    const auto watch = w.watch("a");
    for (TestStore* store : {&w.store, &leader})
      store->apply(put_of("a", "2"));
    leader.apply({put_of("a", "3"), put_of("a", "4")});
    w.store.install(leader);
    CHECK(w.store->revision() == 5);
    std::string got = co_await next(*watch);
    CHECK(got == "3: a=2@3 (was a=1@2)");
    got = co_await next(*watch);
    CHECK(got == "5: a=3@4 (was a=2@3), a=4@5 (was a=3@4)");
    w.store.apply(put_of("a", "5"));
    got = co_await next(*watch);
    CHECK(got == "6: a=5@6 (was a=4@5)");
  });
}

/// Watchers of all kinds of ranges that begin at all times, next to random writes.
TEST_CASE("every watcher sees every event of its range once, in order", "[mvcc]") {
  WatchHubOptions options;
  options.queue_events_max = 8;
  options.batch_events_max = 4;
  on_strand(options, [](Watched& w) -> base::Awaitable<void> {
    struct Seen {
      std::string key, range_end;
      Revision start;
      std::unique_ptr<Subscription> watch;
      std::string events;
    };
    std::mt19937 random(5);
    std::vector<Seen> all;
    const auto key = [&] { return "k" + std::to_string(random() % 9); };
    for (int step = 0; step < 600; ++step) {
      std::vector<Command> commands;
      for (unsigned n = random() % 4; n > 0; --n)
        commands.push_back(random() % 4 ? Command(put_of(key(), "v")) : Command(delete_of(key(), key())));
      w.store.apply(commands);
      if (step % 20 == 0) {
        Seen seen{key(), random() % 3 ? "l" : "", 0, nullptr, ""};
        seen.start = 1 + static_cast<Revision>(random() % (w.store->revision() + 3));
        seen.watch = w.watch(seen.key, seen.range_end, seen.start);
        all.push_back(std::move(seen));
      }
      Seen& seen = all[random() % all.size()];
      seen.watch->request_progress();
      const auto batch = co_await seen.watch->next();
      REQUIRE(batch.has_value());
      seen.events += testing::show(batch->events) + (batch->events.empty() ? "" : ", ");
    }
    for (Seen& seen : all) {
      while (seen.watch->position() < w.store->revision()) {
        const auto batch = co_await seen.watch->next();
        REQUIRE(batch.has_value());
        seen.events += testing::show(batch->events) + (batch->events.empty() ? "" : ", ");
      }
      const auto wanted = w.store->history({seen.key, seen.range_end, seen.start, 100'000, 1 << 30});
      REQUIRE(wanted.has_value());
      CHECK(seen.events == testing::show(wanted->events) + (wanted->events.empty() ? "" : ", "));
    }
  });
}

TEST_CASE("the sweeper frees what a compaction leaves", "[mvcc]") {
  on_strand({}, [](Watched& w) -> base::Awaitable<void> {
    TestStore store(TestStore::Opened::later);
    SweeperOptions options;
    options.changes_per_step = 10;
    options.pause = 1ms;
    Sweeper sweeper(*store, w.strand, w.runtime.blocking_pool(), options);
    store.open({&sweeper});
    for (int i = 0; i < 100; ++i)
      store.apply(put_of("a", std::to_string(i)));
    base::TaskGroup group(w.strand, "sweeper");
    group.spawn("sweep", [&sweeper] { return sweeper.run(); });
    REQUIRE(store.apply(wire::CompactionRequest{101, true}).has_value());
    const bool swept = co_await sweeper.wait_swept(101);
    CHECK(swept);
    CHECK(store.entries("versions") == 1);
    group.cancel();
    co_await group.join();
  });
}

}  // namespace
}  // namespace raft_store::mvcc
