#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include "apiserver/registry/leases.hpp"
#include "apiserver/service/cache_follower.hpp"
#include "apiserver/service/compactor.hpp"
#include "apiserver/service/settings.hpp"
#include "storage/memory_store.hpp"

/// The parts that run beside the requests, each alone.
namespace apiserver {
namespace {

using base::Awaitable;

template <class F>
void run(F body) {
  boost::asio::io_context io;
  std::exception_ptr failure;
  boost::asio::co_spawn(io, std::move(body), [&](std::exception_ptr e) { failure = e; });
  io.run();
  if (failure) std::rethrow_exception(failure);
}

storage::Bytes role(const std::string& name) {
  return std::make_shared<const std::string>(
      R"({"kind":"ClusterRole","apiVersion":"rbac.authorization.k8s.io/v1",)"
      R"("metadata":{"name":")" +
      name + R"(","uid":"u"}})");
}

TEST_CASE("a follower tells what is there, what changes, and what went while it was not told") {
  boost::asio::io_context io;
  cache::Caches caches;
  auto& roles = *caches.find("rbac.authorization.k8s.io", "clusterroles");
  std::string told;
  CacheFollower::Sink sink;
  sink.put = [&](const cache::Entry& e, const cache::EntryPtr& before) {
    told += (before ? "~" : "+") + std::string(e.name()) + " ";
  };
  sink.remove = [&](const cache::Entry& e) { told += "-" + std::string(e.name()) + " "; };
  CacheFollower follower(caches, roles, io.get_executor(), std::move(sink));
  base::TaskGroup tasks(io.get_executor(), "test");
  const auto settle = [&] {
    io.restart();
    while (io.poll_one() > 0) {
    }
    return std::exchange(told, std::string());
  };
  REQUIRE(roles.apply("a", role("a"), 2).has_value());
  tasks.spawn("follow", [&] { return follower.run(); });
  CHECK(settle() == "");  // Not before the caches are read.
  CHECK_FALSE(follower.synced());
  caches.progress().advance(2);
  CHECK(settle() == "+a ");
  CHECK(follower.synced());
  REQUIRE(roles.apply("b", role("b"), 3).has_value());
  REQUIRE(roles.apply("a", role("a"), 4).has_value());
  CHECK(settle() == "+b ~a ");
  REQUIRE(roles.apply("b", nullptr, 5).has_value());
  CHECK(settle() == "-b ");
  // The cache starts anew: a is gone and c has come, unseen.
  roles.reset({cache::Entry::make("c", *role("c"), 9, {}).value()}, 10);
  CHECK(settle() == "+c -a ");
  tasks.cancel();
  CHECK(settle() == "");
  CHECK(tasks.size() == 0);
  CHECK(roles.watchers() == 0);
}

TEST_CASE("of two servers one compacts at a time, a step behind") {
  run([]() -> Awaitable<void> {
    auto store = std::make_shared<storage::MemoryStore>();
    Compactor one(store, std::chrono::minutes(5)), two(store, std::chrono::minutes(5));
    const auto step = [](Compactor& c) -> Awaitable<bool> {
      auto done = co_await c.step();
      co_return done.value();
    };
    const auto readable = [&store](storage::Revision revision) -> Awaitable<bool> {
      storage::RangeRequest request;
      request.key = "k";
      request.revision = revision;
      auto answer = co_await store->range(std::move(request));
      co_return answer.has_value();
    };
    const bool first = co_await step(one);
    CHECK_FALSE(first);  // Nothing is known to be old yet.
    const auto seen = store->revision();
    const bool late = co_await step(two);
    CHECK_FALSE(late);  // The other was here.
    storage::TxnRequest write;
    storage::Operation put;
    put.put.key = "k";
    write.success.push_back(put);
    auto written = co_await store->txn(write);
    REQUIRE(written.has_value());
    const bool compacted = co_await step(one);
    CHECK(compacted);
    const bool before = co_await readable(seen - 1), at = co_await readable(seen);
    CHECK_FALSE(before);
    CHECK(at);
    const bool again = co_await step(two);
    CHECK_FALSE(again);
    const bool takes_over = co_await step(two);
    CHECK(takes_over);
  });
}

TEST_CASE("a lease serves what is written within a twentieth of its time") {
  run([]() -> Awaitable<void> {
    base::ManualClock clock;
    auto store = std::make_shared<storage::MemoryStore>(clock);
    registry::Leases leases(store, std::chrono::seconds(200), clock);
    const auto take = [&leases]() -> Awaitable<storage::LeaseId> {
      auto lease = co_await leases.take();
      co_return lease.value();
    };
    const auto first = co_await take();
    clock.advance(std::chrono::seconds(9));
    const auto second = co_await take();
    CHECK(first == second);
    clock.advance(std::chrono::seconds(2));
    const auto third = co_await take();
    CHECK(third != first);
    for (int i = 0; i < 999; ++i)
      co_await take();
    const auto full = co_await take();
    CHECK(full != third);
    store->interrupt();
    clock.advance(std::chrono::seconds(20));
    const auto away = co_await leases.take();
    CHECK(away.error().is(base::Errc::unavailable));
  });
}

TEST_CASE("wrong options are named, with what to do") {
  Options good;
  good.serving.bind_address = "127.0.0.1";
  good.etcd_servers = {"http://127.0.0.1:2379"};
  const auto message = [&](auto change) {
    Options options = good;
    change(options);
    return read_settings(options).error().message;
  };
  CHECK(message([](Options& o) { o.etcd_servers.clear(); }).starts_with("--etcd-servers is required"));
  CHECK(message([](Options& o) { o.etcd_servers = {"https://127.0.0.1:2379"}; }) ==
        "--etcd-cafile is required: it says whose certificate of https://127.0.0.1:2379 to trust");
  CHECK(message([](Options& o) { o.advertise_address = "here"; }) ==
        "--advertise-address must be an IP address, not \"here\"");
  CHECK(message([](Options& o) { o.etcd_certfile = "x"; }) ==
        "--etcd-certfile and --etcd-keyfile go together");
  CHECK(message([](Options&) {}).starts_with("--service-account-issuer is required"));
  CHECK(message([](Options& o) { o.service_account_issuers = {"me"}; }) ==
        "--service-account-issuer must be an https URL, not \"me\"");
  CHECK(message([](Options& o) {
          o.service_account_issuers = {"https://me"};
          o.service_account_signing_key_file = "/nowhere";
        }) == "--service-account-signing-key-file: cannot read \"/nowhere\"");
  CHECK(message([](Options& o) { o.serving.client_ca_file = "/nowhere"; }) ==
        "--client-ca-file: cannot read \"/nowhere\"");
}

}  // namespace
}  // namespace apiserver
