#include "storage/memory_store.hpp"
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <catch2/catch.hpp>
#include "http/testing.hpp"
#include "storage/memory_state.hpp"

using namespace storage;

namespace {

Operation put(std::string key, std::string value, LeaseId lease = 0) {
  Operation op;
  op.put = PutRequest{std::move(key), std::move(value), lease, false};
  return op;
}

Operation erase(std::string key, std::string range_end = "") {
  Operation op;
  op.kind = Operation::Kind::remove;
  op.remove = DeleteRequest{std::move(key), std::move(range_end), true};
  return op;
}

TxnResponse write(MemoryState& state, std::vector<Operation> operations) {
  TxnRequest request;
  request.success = std::move(operations);
  auto response = state.txn(request);
  REQUIRE(response.has_value());
  return *response;
}

RangeRequest all(Revision revision = 0, std::int64_t limit = 0) {
  RangeRequest request;
  request.key = std::string(1, '\0');
  request.range_end = std::string(1, '\0');
  request.revision = revision;
  request.limit = limit;
  return request;
}

std::string show(const base::Result<RangeResponse>& response) {
  if (!response) return response.error().message;
  std::string text;
  for (const auto& kv : response->kvs)
    text += kv.key + "=" + *kv.value + "@" + std::to_string(kv.mod_revision) + " ";
  return text + "of " + std::to_string(response->count) + (response->more ? "+" : "");
}

}  // namespace

TEST_CASE("the end of a prefix") {
  CHECK(prefix_end("/a/") == "/a0");
  CHECK(prefix_end("a\xff") == "b");
  CHECK(prefix_end("\xff\xff") == std::string(1, '\0'));
  CHECK(prefix_end("") == std::string(1, '\0'));
}

TEST_CASE("a transaction writes one revision, and earlier ones stay readable") {
  MemoryState state;
  CHECK(state.revision() == 1);
  CHECK(write(state, {put("a", "1"), put("b", "1")}).revision == 2);
  CHECK(write(state, {put("a", "2")}).revision == 3);
  const auto removed = write(state, {erase("b")});
  CHECK(removed.responses[0].deleted == 1);
  CHECK(removed.responses[0].prev_kvs[0].mod_revision == 2);
  CHECK(write(state, {erase("b")}).revision == 4);  // Nothing there: nothing written.
  CHECK(show(state.range(all())) == "a=2@3 of 1");
  CHECK(show(state.range(all(3))) == "a=2@3 b=1@2 of 2");
  CHECK(show(state.range(all(2, 1))) == "a=1@2 of 2+");
  CHECK(show(state.range(all(9))) == "etcdserver: mvcc: required revision is a future revision");
}

TEST_CASE("a guarded transaction takes the failure branch") {
  MemoryState state;
  write(state, {put("a", "1")});
  TxnRequest request;
  Compare absent;
  absent.key = "a";
  request.compares = {absent};
  request.success = {put("a", "2")};
  Operation get;
  get.kind = Operation::Kind::range;
  get.range.key = "a";
  request.failure = {get};
  auto response = state.txn(request);
  REQUIRE(response.has_value());
  CHECK_FALSE(response->succeeded);
  CHECK(response->revision == 2);
  CHECK(show(response->responses[0].range) == "a=1@2 of 1");
}

TEST_CASE("a range of a transaction sees the writes before it") {
  MemoryState state;
  Operation get;
  get.kind = Operation::Kind::range;
  get.range.key = "a";
  const auto response = write(state, {put("a", "1"), get});
  CHECK(show(response.responses[1].range) == "a=1@2 of 1");
  CHECK(response.responses[1].range.revision == 2);
}

TEST_CASE("what a transaction may not hold") {
  MemoryState state;
  TxnRequest request;
  request.success = {put("a", "1"), put("a", "2")};
  CHECK(state.txn(request).error().message == "etcdserver: duplicate key given in txn request");
  request.success = {put("b", "1"), erase("a", "c")};
  CHECK(state.txn(request).error().message == "etcdserver: duplicate key given in txn request");
  request.success = {put("", "1")};
  CHECK(state.txn(request).error().message == "etcdserver: key is not provided");
  request.success = std::vector<Operation>(129, erase("a"));
  CHECK(state.txn(request).error().message == "etcdserver: too many operations in txn request");
  request.success = {put("a", "1"), put("b", "1", 77)};
  CHECK(state.txn(request).error().is(base::Errc::not_found));
  CHECK(state.revision() == 1);
}

TEST_CASE("compaction keeps what later revisions show") {
  MemoryState state;
  write(state, {put("a", "1"), put("b", "1")});
  write(state, {put("a", "2")});
  write(state, {erase("b")});
  CHECK(state.compact(9).error().is(base::Errc::invalid_argument));
  REQUIRE(state.compact(3).has_value());
  CHECK(state.compact(3).error().is(base::Errc::expired));
  CHECK(state.range(all(2)).error().is(base::Errc::expired));
  CHECK(show(state.range(all(3))) == "a=2@3 b=1@2 of 2");
  WatchRequest watch;
  watch.key = "b";
  CHECK(state.events(watch, 2, 10).error().is(base::Errc::expired));
  auto batch = state.events(watch, 3, 10);
  REQUIRE(batch.has_value());
  REQUIRE(batch->events.size() == 1);
  CHECK(batch->events[0].removed);
  CHECK(batch->events[0].kv.mod_revision == 4);
}

TEST_CASE("batches hold whole revisions") {
  MemoryState state;
  for (int i = 0; i < 5; ++i)
    write(state, {put("a", "1"), put("b", "1")});
  WatchRequest watch;
  watch.key = "a";
  watch.range_end = "c";
  auto batch = state.events(watch, 2, 3);
  REQUIRE(batch.has_value());
  CHECK(batch->events.size() == 4);
  CHECK(batch->revision == 3);
}

TEST_CASE("a lease takes its keys with it when it ends") {
  base::ManualClock clock;
  MemoryState state;
  const auto lease = state.grant(10, clock.steady_now());
  const auto other = state.grant(100, clock.steady_now());
  write(state, {put("a", "1", lease), put("b", "1", lease), put("c", "1", other)});
  write(state, {put("b", "2")});  // No longer bound to it.
  clock.advance(std::chrono::seconds(9));
  REQUIRE(state.keep_alive(lease, clock.steady_now()).has_value());
  clock.advance(std::chrono::seconds(9));
  CHECK_FALSE(state.expire(clock.steady_now()));
  clock.advance(std::chrono::seconds(1));
  CHECK(state.expire(clock.steady_now()));
  CHECK(show(state.range(all())) == "b=2@3 c=1@2 of 2");
  CHECK(state.revision() == 4);
  CHECK(state.keep_alive(lease, clock.steady_now()).error().is(base::Errc::not_found));
}

TEST_CASE("watch streams: history, then live events, then progress") {
  http::testing::run([](base::Executor) -> base::Awaitable<void> {
    MemoryStore store;
    TxnRequest request;
    request.success = {put("/a/1", "x")};
    auto wrote = co_await store.txn(request);
    REQUIRE(wrote.has_value());
    WatchRequest watch;
    watch.key = "/a/";
    watch.range_end = prefix_end("/a/");
    watch.start_revision = 1;
    auto stream = co_await store.watch(watch);
    REQUIRE(stream.has_value());
    auto batch = co_await (*stream)->next();
    REQUIRE(batch.has_value());
    CHECK(batch->revision == 2);
    CHECK(batch->events.at(0).kv.key == "/a/1");

    auto writer = [&store]() -> base::Awaitable<void> {
      TxnRequest later;
      later.success = {put("/b", "x")};
      base::ignore_error(co_await store.txn(later));
      later.success = {erase("/a/1")};
      base::ignore_error(co_await store.txn(later));
    };
    boost::asio::co_spawn(co_await boost::asio::this_coro::executor, writer, boost::asio::detached);
    batch = co_await (*stream)->next();
    REQUIRE(batch.has_value());
    CHECK(batch->events.at(0).removed);
    CHECK(batch->events.at(0).kv.mod_revision == 4);

    auto asked = co_await (*stream)->request_progress();
    REQUIRE(asked.has_value());
    batch = co_await (*stream)->next();
    REQUIRE(batch.has_value());
    CHECK(batch->events.empty());
    CHECK(batch->revision == 4);

    store.interrupt();
    batch = co_await (*stream)->next();
    CHECK(batch.error().is(base::Errc::unavailable));
    store.restore();
    auto read = co_await store.range(all());
    CHECK(show(read) == "/b=x@3 of 1");
  });
}
