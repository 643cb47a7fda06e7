#include <catch2/catch.hpp>
#include "raft-store/mvcc/lessor.hpp"
#include "raft-store/mvcc/testing.hpp"

namespace raft_store::mvcc {
namespace {

using namespace std::chrono_literals;
using namespace testing;
using Ids = std::vector<LeaseId>;

TEST_CASE("a follower's leases never end; a leader's do", "[mvcc]") {
  base::SteadyTime now{};
  LeaseTable table(3s);
  table.grant({1, 10}, now);
  CHECK(table.expired(now + 1h, 10).empty());
  CHECK(table.renew(1, now).error().is(base::Errc::unavailable));
  table.promote(now, 500ms, 1000);
  CHECK(table.remaining(1, now).value() == 10);
  CHECK(table.next_expiry() == now + 10s + 500ms);
  now += 10s;
  CHECK(table.expired(now, 10).empty());
  CHECK(table.renew(1, now).value() == 10);
  now += 9s;
  CHECK(table.expired(now, 10).empty());
  CHECK(table.remaining(1, now).value() == 1);
  now += 1s;
  CHECK(table.expired(now, 10) == Ids{1});
  CHECK(table.expired(now, 10).empty());
  CHECK(table.renew(1, now).error().is(base::Errc::not_found));
  CHECK(table.remaining(1, now).value() == 0);
  // Nobody revoked it: told again.
  CHECK(table.expired(now + 3s, 10) == Ids{1});
  table.revoke(1);
  CHECK(table.expired(now + 1h, 10).empty());
  CHECK(table.remaining(1, now).error().is(base::Errc::not_found));
  // As long as etcd takes them: longer than the clock can count.
  table.grant({2, 9'000'000'000}, now);
  CHECK(table.remaining(2, now + 10s).value() == 8'999'999'990);
}

TEST_CASE("a new leader gives every lease its full time", "[mvcc]") {
  base::SteadyTime now{};
  LeaseTable table;
  table.promote(now, 0ms, 1000);
  table.grant({1, 5}, now);
  CHECK(table.expired(now + 5s, 10) == Ids{1});
  table.demote();
  CHECK(table.expired(now + 1h, 10).empty());
  now += 1min;
  table.promote(now, 1s, 1000);
  CHECK(table.expired(now + 5s, 10).empty());
  CHECK(table.expired(now + 6s, 10) == Ids{1});
}

TEST_CASE("leases that would end together are spread when a leader comes", "[mvcc]") {
  const base::SteadyTime now{};
  LeaseTable table;
  for (LeaseId id = 1; id <= 10; ++id)
    table.grant({id, 60}, now);
  table.grant({11, 1}, now);
  table.promote(now, 0ms, 4);
  CHECK(table.expired(now + 1s, 100) == Ids{11});
  table.revoke(11);
  CHECK(table.expired(now + 60s, 100) == Ids{1, 2, 3, 4});
  CHECK(table.expired(now + 61s, 2) == Ids{5, 6});
  CHECK(table.expired(now + 61s, 100) == Ids{7, 8});
  CHECK(table.expired(now + 62s, 100) == Ids{9, 10});
}

TEST_CASE("a new leader goes on from what a checkpoint says is left", "[mvcc]") {
  base::SteadyTime now{};
  LeaseTable first(3s, 300s), second(3s, 300s);
  for (LeaseTable* table : {&first, &second}) {
    table->grant({1, 3600}, now);
    table->grant({2, 3600}, now);
    table->grant({3, 300}, now);  // Not longer than the interval: never told.
  }
  first.promote(now, 0s, 1000);
  now += 299s;
  CHECK(first.checkpoints(now, 10).empty());
  REQUIRE(first.renew(2, now).has_value());
  now += 1s;
  const auto told = first.checkpoints(now, 10);
  REQUIRE(told.size() == 1);
  CHECK(told[0].id == 1);
  CHECK(told[0].remaining == 3300);
  CHECK(first.checkpoints(now, 10).empty());
  for (LeaseTable* table : {&first, &second})
    table->checkpointed(told[0], now);
  CHECK(first.needs_reset(1));
  CHECK_FALSE(first.needs_reset(2));
  CHECK(first.checkpoints(now, 10).empty());
  now += 100s;
  second.promote(now, 1s, 1000);
  CHECK(second.remaining(1, now).value() == 3301);
  CHECK(second.remaining(2, now).value() == 3601);
  // Renewed: the log hears it, and the next leader gives the full time.
  second.checkpointed({1, 3600, 0}, now);
  CHECK_FALSE(second.needs_reset(1));
  CHECK(second.renew(1, now).value() == 3600);
  first.demote();
  first.checkpointed({1, 3600, 0}, now);
  first.promote(now, 0s, 1000);
  CHECK(first.remaining(1, now).value() == 3600);
}

TEST_CASE("a late checkpoint of a former leader is told anew by the one that knows more", "[mvcc]") {
  base::SteadyTime now{};
  LeaseTable table(3s, 300s);
  table.grant({1, 3600}, now);
  table.promote(now, 0s, 1000);
  table.checkpointed({1, 3600, 100}, now);
  const auto told = table.checkpoints(now, 10);
  REQUIRE(told.size() == 1);
  CHECK(told[0].remaining == 3600);
}

TEST_CASE("checkpoints are kept, and say no more than was granted", "[mvcc]") {
  base::ManualClock clock;
  Lessor lessor(clock);
  TestStore store(TestStore::Opened::later);
  store.open({&lessor});
  REQUIRE(store.apply(wire::LeaseGrantRequest{3600, 1}).has_value());
  const wire::LeaseCheckpointRequest checkpoint{{{1, 1200}, {2, 5}, {1, 1100}}};
  REQUIRE(store.apply(checkpoint).has_value());
  CHECK(store->lease(1)->remaining == 1100);
  CHECK(store->lease(1)->ttl == 3600);
  CHECK_FALSE(store->lease(2));
  store.reopen({&lessor});
  CHECK(store->lease(1)->remaining == 1100);
  lessor.promote(clock.steady_now());
  CHECK(lessor.remaining(1, clock.steady_now()).value() == 1101);
  CHECK(lessor.needs_reset(1));
  REQUIRE(store.apply(wire::LeaseCheckpointRequest{{{1, 4000}}}).has_value());
  CHECK(store->lease(1)->remaining == 0);
  CHECK(store->leases().at(0).remaining == 0);
  CHECK_FALSE(lessor.needs_reset(1));
}

TEST_CASE("the lessor follows the store", "[mvcc]") {
  base::ManualClock clock;
  LessorOptions options;
  options.revokes_per_second = 2;
  Lessor lessor(clock, options);
  TestStore store(TestStore::Opened::later);
  store.open({&lessor});
  clock.advance(1min);
  const auto request = lessor.complete({1, 0});
  CHECK(request.ttl == 2);
  CHECK(request.id > 0);
  for (LeaseId id = 1; id <= 3; ++id)
    REQUIRE(store.apply(wire::LeaseGrantRequest{10, id}).has_value());
  CHECK(store.apply(wire::LeaseGrantRequest{10, 3}).error().is(base::Errc::already_exists));
  store.apply({put_of("a", "1", 1), put_of("b", "1", 1), put_of("c", "1", 2)});
  store.apply(put_of("b", "2", 2));
  lessor.promote(clock.steady_now());
  CHECK(lessor.size() == 3);
  clock.advance(13s);
  const Ids first = lessor.expired(clock.steady_now());
  CHECK(first == Ids{1, 2});
  for (const LeaseId id : first)
    REQUIRE(store.apply(LeaseRevoke{id}).has_value());
  CHECK(lessor.expired(clock.steady_now()).empty());
  CHECK(show(store->range(everything())) == "of 0");
  CHECK(store->revision() == 7);
  CHECK(store->leases().size() == 1);
  clock.advance(1s);
  CHECK(lessor.expired(clock.steady_now()) == Ids{3});
  store.reopen({&lessor});
  CHECK(lessor.size() == 1);
  CHECK(store->lease(3)->ttl == 10);
  CHECK_FALSE(store->lease(1));
}

TEST_CASE("a lease of one batch is granted, used and revoked within it", "[mvcc]") {
  base::ManualClock clock;
  Lessor lessor(clock);
  TestStore store(TestStore::Opened::later);
  store.open({&lessor});
  const std::vector<Command> commands = {wire::LeaseGrantRequest{10, 9}, put_of("a", "1", 9), LeaseRevoke{9},
                                         wire::LeaseGrantRequest{20, 9}, put_of("b", "1", 9)};
  for (const auto& result : store.apply(commands))
    CHECK(result.has_value());
  CHECK(show(store->range(everything())) == "b=1@4 of 1");
  CHECK(store->lease_keys(9) == std::vector<std::string>{"b"});
  CHECK(lessor.size() == 1);
}

}  // namespace
}  // namespace raft_store::mvcc
