#include "client/leader_election.hpp"
#include <algorithm>
#include <catch2/catch.hpp>
#include "client/lease_record.hpp"
#include "client/testing/fake_rest_client.hpp"
#include "client/testing/run.hpp"

namespace client {
namespace {

using namespace std::chrono_literals;
using api::coordination::v1::Lease;

LeaderElectionOptions options(const std::string& identity) {
  LeaderElectionOptions o;
  o.lease_name = "test";
  o.identity = identity;
  o.lease_duration = 1000ms;
  o.renew_deadline = 100ms;
  o.retry_period = 5ms;
  return o;
}

base::SteadyTime at(std::chrono::nanoseconds t) {
  return base::SteadyTime{} + t;
}

TEST_CASE("a lease is claimed when free, ours, or unrenewed for its duration by our clock") {
  LeaseRecord a(options("a")), b(options("b"));
  const base::SystemTime now{1s};
  auto lease = a.claim(std::nullopt, now);
  CHECK(lease.spec.holder_identity == "a");
  CHECK(lease.spec.lease_transitions == 0);
  CHECK(a.may_claim(lease, at(0s)));
  CHECK_FALSE(b.may_claim(lease, at(100s)));
  CHECK_FALSE(b.may_claim(lease, at(100s + 999ms)));
  lease = a.claim(lease, now + 500ms);
  CHECK(lease.spec.acquire_time->at == now);
  CHECK_FALSE(b.may_claim(lease, at(101s)));
  CHECK(b.may_claim(lease, at(102s)));
  lease = b.claim(lease, now);
  CHECK(lease.spec.lease_transitions == 1);
  CHECK_FALSE(a.may_claim(lease, at(0s)));
  CHECK(a.may_claim(b.release(lease, now), at(0s)));
}

TEST_CASE("of two candidates one leads; when it is cancelled the other follows at once") {
  testing::run([](base::Executor ex) -> base::Awaitable<void> {
    auto api = std::make_shared<testing::FakeRestClient>(ex);
    std::shared_ptr<RestClient> rest = api;
    int leaders = 0, most = 0;
    std::string leader;
    auto candidate = [&](const std::string& name) {
      return [&, name]() -> base::Awaitable<void> {
        std::function<base::Awaitable<void>()> lead = [&, name]() -> base::Awaitable<void> {
          most = std::max(most, ++leaders);
          leader = name;
          struct Leave {
            int& n;
            ~Leave() { --n; }
          } leave{leaders};
          co_await base::sleep_for(1h);
        };
        auto mine = options(name);
        auto ended = co_await run_leader_elected(rest, mine, lead);
        CHECK(ended.error().is(base::Errc::cancelled));
      };
    };
    base::TaskGroup first(ex, "first"), second(ex, "second");
    first.spawn("a", candidate("a"));
    co_await base::sleep_for(5ms);
    second.spawn("b", candidate("b"));
    co_await base::sleep_for(50ms);
    CHECK(leaders == 1);
    CHECK(leader == "a");
    first.cancel();
    co_await first.join();
    // The other may have taken the lease by now.
    CHECK((leaders == 0 || leader == "b"));
    CHECK(api->find<Lease>("kube-system", "test")->spec.holder_identity != "a");
    auto follows = [&] { return leader == "b" && leaders == 1; };
    const bool followed = co_await testing::eventually(follows);
    CHECK(followed);
    second.cancel();
    co_await second.join();
    CHECK(most == 1);
  });
}

TEST_CASE("who cannot renew stops leading before others may begin") {
  testing::run([](base::Executor ex) -> base::Awaitable<void> {
    auto api = std::make_shared<testing::FakeRestClient>(ex);
    std::shared_ptr<RestClient> rest = api;
    bool stopped = false;
    std::function<base::Awaitable<void>()> lead = [&]() -> base::Awaitable<void> {
      api->add_reactor([](const testing::Call& c) -> std::optional<base::Result<boost::json::value>> {
        if (c.resource != "leases") return std::nullopt;
        return base::Error(base::Errc::unavailable, "down");
      });
      const bool slept = co_await base::sleep_for(1h);
      stopped = !slept;
    };
    auto mine = options("a");
    auto ended = co_await run_leader_elected(rest, mine, lead);
    CHECK(ended.error().is(base::Errc::conflict));
    CHECK(stopped);
  });
}

TEST_CASE("a leader that is done releases the lease") {
  testing::run([](base::Executor ex) -> base::Awaitable<void> {
    auto api = std::make_shared<testing::FakeRestClient>(ex);
    std::shared_ptr<RestClient> rest = api;
    std::function<base::Awaitable<void>()> lead = []() -> base::Awaitable<void> { co_return; };
    auto mine = options("a");
    auto ended = co_await run_leader_elected(rest, mine, lead);
    CHECK(ended.has_value());
    CHECK(api->find<Lease>("kube-system", "test")->spec.holder_identity.empty());
  });
}

}  // namespace
}  // namespace client
