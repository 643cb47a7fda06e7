#include "storage/remote_store.hpp"
#include <catch2/catch.hpp>
#include "raft-store/gateway/testing.hpp"

/// What storage::Store promises, kept by the API server's client against the gateway, in both forms.
namespace raft_store::gateway {
namespace {

using namespace storage;
using testing::TestGateway;
using testing::with_gateway;
using Form = RemoteStoreOptions::Form;

Operation put(std::string key, std::string value, LeaseId lease = 0) {
  Operation op;
  op.put = PutRequest{std::move(key), std::move(value), lease, false};
  return op;
}

Operation erase(std::string key) {
  Operation op;
  op.kind = Operation::Kind::remove;
  op.remove = DeleteRequest{std::move(key), "", true};
  return op;
}

Operation get(std::string key) {
  Operation op;
  op.kind = Operation::Kind::range;
  op.range.key = std::move(key);
  return op;
}

/// GCC 12 takes no braces in an awaited call.
template <class... Operations>
std::vector<Operation> all_of(Operations... operations) {
  return {std::move(operations)...};
}

base::Awaitable<TxnResponse> write(Store& store, std::vector<Operation> operations) {
  TxnRequest request;
  request.success = std::move(operations);
  auto response = co_await store.txn(std::move(request));
  co_return std::move(response.value());
}

RangeRequest all(Revision revision = 0, std::int64_t limit = 0) {
  RangeRequest request;
  request.key = request.range_end = std::string(1, '\0');
  request.revision = revision;
  request.limit = limit;
  return request;
}

base::Awaitable<std::string> show(Store& store, RangeRequest request) {
  auto response = co_await store.range(std::move(request));
  if (!response) co_return response.error().message;
  std::string text;
  for (const auto& kv : response->kvs)
    text += kv.key + "=" + *kv.value + "@" + std::to_string(kv.mod_revision) + " ";
  co_return text + "of " + std::to_string(response->count) + (response->more ? "+" : "");
}

std::string show(const base::Result<WatchBatch>& batch) {
  if (!batch) return batch.error().message;
  std::string text = std::to_string(batch->revision) + ":";
  for (const auto& event : batch->events)
    text += (event.removed ? " -" : " +") + event.kv.key + "=" + *event.kv.value +
            (event.prev_kv.version ? " was " + *event.prev_kv.value : "");
  return text;
}

void with_store(Form form, std::function<base::Awaitable<void>(TestGateway&, Store&)> body) {
  with_gateway([&](TestGateway& gateway) -> base::Awaitable<void> {
    RemoteStoreOptions options;
    options.form = form;
    options.request_timeout = std::chrono::seconds(5);
    RemoteStore store(gateway.client(), options);
    co_await body(gateway, store);
  });
}

TEST_CASE("a remote store reads what it wrote", "[gateway]") {
  const Form form = GENERATE(Form::automatic, Form::json);
  with_store(form, [](TestGateway&, Store& store) -> base::Awaitable<void> {
    const auto both = co_await write(store, all_of(put("a", "1"), put("b", "1")));
    CHECK(both.revision == 2);
    const auto again = co_await write(store, all_of(put("a", "2")));
    CHECK(again.revision == 3);
    const auto removed = co_await write(store, all_of(erase("b")));
    CHECK(removed.responses.at(0).deleted == 1);
    CHECK(removed.responses[0].prev_kvs.at(0).mod_revision == 2);
    const auto nothing = co_await write(store, all_of(erase("b")));
    CHECK(nothing.revision == 4);
    const std::string now = co_await show(store, all());
    CHECK(now == "a=2@3 of 1");
    const std::string then = co_await show(store, all(3));
    CHECK(then == "a=2@3 b=1@2 of 2");
    const std::string page = co_await show(store, all(2, 1));
    CHECK(page == "a=1@2 of 2+");
    auto counted = all();
    counted.count_only = counted.serializable = true;
    const std::string count = co_await show(store, counted);
    CHECK(count == "of 1");
    const auto future = co_await store.range(all(99));
    CHECK(future.error().is(base::Errc::invalid_argument));
  });
}

TEST_CASE("a remote transaction is guarded", "[gateway]") {
  const Form form = GENERATE(Form::automatic, Form::json);
  with_store(form, [](TestGateway&, Store& store) -> base::Awaitable<void> {
    co_await write(store, all_of(put("a", "1")));
    TxnRequest request;
    Compare unchanged;
    unchanged.key = "a";
    unchanged.number = 2;
    request.compares = {unchanged};
    request.success = {put("a", "2"), get("a")};
    request.failure = {get("a")};
    const auto first = co_await store.txn(request);
    REQUIRE(first.has_value());
    CHECK(first->succeeded);
    CHECK(*first->responses.at(1).range.kvs.at(0).value == "2");
    const auto second = co_await store.txn(request);
    REQUIRE(second.has_value());
    CHECK_FALSE(second->succeeded);
    CHECK(second->revision == 3);
    CHECK(second->responses.at(0).range.kvs.at(0).mod_revision == 3);
    TxnRequest twice;
    twice.success = {put("a", "3"), put("a", "4")};
    const auto refused = co_await store.txn(twice);
    CHECK(refused.error().is(base::Errc::invalid_argument));
    TxnRequest large;
    large.success = {put("a", std::string(3 << 20, 'x'))};
    const auto too_large = co_await store.txn(large);
    CHECK(too_large.error().is(base::Errc::resource_exhausted));
  });
}

TEST_CASE("a remote watch sees every event once, in order", "[gateway]") {
  const Form form = GENERATE(Form::automatic, Form::json);
  with_store(form, [form](TestGateway&, Store& store) -> base::Awaitable<void> {
    co_await write(store, all_of(put("/p/a", "1"), put("/p/b", "1"), put("/q", "1")));
    storage::WatchRequest request;
    request.key = "/p/";
    request.range_end = prefix_end("/p/");
    request.start_revision = 2;
    request.prev_kv = true;
    auto opened = co_await store.watch(request);
    REQUIRE(opened.has_value());
    WatchStream& watch = **opened;
    const std::string history = show(co_await watch.next());
    CHECK(history == "2: +/p/a=1 +/p/b=1");
    co_await write(store, all_of(put("/q", "2")));
    co_await write(store, all_of(put("/p/a", "2"), erase("/p/b")));
    const std::string live = show(co_await watch.next());
    CHECK(live == "4: +/p/a=2 was 1 -/p/b= was 1");
    co_await write(store, all_of(put("/q", "3")));
    const auto asked = co_await watch.request_progress();
    if (form == Form::json) {
      CHECK(asked.error().is(base::Errc::unsupported));
      co_return;
    }
    REQUIRE(asked.has_value());
    const std::string mark = show(co_await watch.next());
    CHECK(mark == "5:");
  });
}

TEST_CASE("what is compacted cannot be read or watched remotely", "[gateway]") {
  const Form form = GENERATE(Form::automatic, Form::json);
  with_store(form, [](TestGateway&, Store& store) -> base::Awaitable<void> {
    for (const char* value : {"1", "2", "3"})
      co_await write(store, all_of(put("a", value)));
    const auto compacted = co_await store.compact(3);
    CHECK(compacted.has_value());
    const auto again = co_await store.compact(3);
    CHECK(again.error().is(base::Errc::expired));
    const auto old = co_await store.range(all(2));
    CHECK(old.error().is(base::Errc::expired));
    storage::WatchRequest request;
    request.key = "a";
    request.start_revision = 2;
    auto opened = co_await store.watch(request);
    REQUIRE(opened.has_value());
    const auto ended = co_await (*opened)->next();
    CHECK(ended.error().is(base::Errc::expired));
  });
}

TEST_CASE("remote leases take their keys along", "[gateway]") {
  const Form form = GENERATE(Form::automatic, Form::json);
  with_store(form, [](TestGateway&, Store& store) -> base::Awaitable<void> {
    const auto lease = co_await store.grant_lease(60);
    REQUIRE(lease.has_value());
    CHECK(*lease != 0);
    co_await write(store, all_of(put("a", "1", *lease)));
    const auto kept = co_await store.keep_lease_alive(*lease);
    CHECK(kept.has_value());
    const auto revoked = co_await store.revoke_lease(*lease);
    CHECK(revoked.has_value());
    const std::string none = co_await show(store, all());
    CHECK(none == "of 0");
    const auto gone = co_await store.keep_lease_alive(*lease);
    CHECK(gone.error().is(base::Errc::not_found));
    const auto twice = co_await store.revoke_lease(*lease);
    CHECK(twice.error().is(base::Errc::not_found));
    TxnRequest orphan;
    orphan.success = {put("a", "1", *lease)};
    const auto refused = co_await store.txn(orphan);
    CHECK(refused.error().is(base::Errc::not_found));
  });
}

TEST_CASE("the end of the store ends its watches", "[gateway]") {
  const Form form = GENERATE(Form::automatic, Form::json);
  with_store(form, [](TestGateway& gateway, Store& store) -> base::Awaitable<void> {
    storage::WatchRequest request;
    request.key = "a";
    auto opened = co_await store.watch(request);
    REQUIRE(opened.has_value());
    gateway.gateway().end_streams();
    const auto ended = co_await (*opened)->next();
    CHECK(ended.error().is(base::Errc::unavailable));
  });
}

TEST_CASE("many watchers come and go", "[gateway]") {
  with_store(Form::automatic, [](TestGateway& gateway, Store& store) -> base::Awaitable<void> {
    for (int round = 0; round < 3; ++round) {
      std::vector<std::unique_ptr<WatchStream>> watches;
      for (int i = 0; i < 30; ++i) {
        storage::WatchRequest request;
        request.key = "a";
        auto opened = co_await store.watch(request);
        REQUIRE(opened.has_value());
        watches.push_back(std::move(*opened));
      }
      co_await write(store, all_of(put("a", "x")));
      for (const auto& watch : watches) {
        const auto batch = co_await watch->next();
        REQUIRE(batch.has_value());
        CHECK(batch->events.size() == 1);
      }
    }
    // Their clients are gone; so are they, soon.
    const auto metrics = [&gateway]() -> base::Awaitable<bool> {
      const auto response = co_await gateway.send("GET", "/metrics");
      co_return response.body.find("etcd_debugging_mvcc_watcher_total 0") != std::string::npos;
    };
    bool gone = false;
    for (int i = 0; i < 200 && !gone; ++i) {
      gone = co_await metrics();
      if (!gone) co_await base::sleep_for(std::chrono::milliseconds(10));
    }
    CHECK(gone);
  });
}

}  // namespace
}  // namespace raft_store::gateway
