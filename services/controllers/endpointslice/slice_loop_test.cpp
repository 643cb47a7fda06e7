#include "controllers/endpointslice/slice_loop.hpp"
#include <catch2/catch.hpp>
#include "controllers/endpointslice/testing.hpp"
#include "controllers/frame/testing.hpp"

namespace controllers::endpointslice {
namespace {

using controllers::testing::eventually;
using controllers::testing::Rig;
using namespace std::chrono_literals;

api::core::v1::Node node() {
  api::core::v1::Node n;
  n.metadata.name = "node";
  n.metadata.labels = {{"topology.kubernetes.io/zone", "zone-a"}};
  return n;
}

std::size_t endpoints(const Rig& rig) {
  std::size_t n = 0;
  for (const auto& s : rig.api->all<EndpointSlice>("ns"))
    n += s.endpoints.size();
  return n;
}

}  // namespace

TEST_CASE("slices follow the pods") {
  controllers::testing::run([](base::Executor ex) -> base::Awaitable<void> {
    Rig rig(ex);
    rig.options.max_endpoints_per_slice = 2;
    rig.api->put(node());
    rig.api->put(testing::service());
    for (int i = 1; i <= 3; ++i)
      rig.api->put(testing::pod(i));
    SliceLoop loop(rig.context());
    co_await rig.start(loop);
    const auto all_there = [&] { return endpoints(rig) == 3; };
    CHECK(co_await eventually(all_there));
    CHECK(rig.api->all<EndpointSlice>("ns").size() == 2);
    CHECK(rig.api->all<EndpointSlice>("ns")[0].endpoints[0].zone == "zone-a");

    std::string ns = "ns", name = "web-2";
    client::DeleteOptions at_once;
    at_once.grace_period_seconds = 0;
    base::ignore_error(co_await rig.api->remove<backends::Pod>(ns, name, std::move(at_once)));
    const auto one_less = [&] { return endpoints(rig) == 2; };
    CHECK(co_await eventually(one_less));

    auto other = testing::pod(1);
    other.metadata.labels = {{"app", "db"}};
    rig.api->put(other);
    const auto one_left = [&] { return endpoints(rig) == 1; };
    CHECK(co_await eventually(one_left));
    co_await rig.stop(loop);
  });
}

TEST_CASE("a burst of pods makes no slice twice") {
  controllers::testing::run([](base::Executor ex) -> base::Awaitable<void> {
    Rig rig(ex);
    rig.options.max_endpoints_per_slice = 10;
    rig.api->put(node());
    rig.api->put(testing::service());
    SliceLoop loop(rig.context());
    co_await rig.start(loop);
    for (int i = 1; i <= 50; ++i) {
      rig.api->put(testing::pod(i));
      if (i % 10 == 0) base::ignore_error(base::Result<bool>(co_await base::sleep_for(1ms)));
    }
    const auto all_there = [&] { return endpoints(rig) == 50; };
    CHECK(co_await eventually(all_there));
    std::set<std::string> names;
    for (const auto& s : rig.api->all<EndpointSlice>("ns"))
      for (const auto& e : s.endpoints)
        CHECK(names.insert(e.target_ref->name).second);
    co_await rig.stop(loop);
  });
}

TEST_CASE("what somebody else did to a slice is put right") {
  controllers::testing::run([](base::Executor ex) -> base::Awaitable<void> {
    Rig rig(ex);
    rig.api->put(node());
    rig.api->put(testing::service());
    rig.api->put(testing::pod(1));
    SliceLoop loop(rig.context());
    co_await rig.start(loop);
    const auto there = [&] { return endpoints(rig) == 1; };
    CHECK(co_await eventually(there));
    auto spoiled = rig.api->all<EndpointSlice>("ns").at(0);
    spoiled.endpoints.clear();
    rig.api->put(spoiled);
    CHECK(co_await eventually(there));
    co_await base::sleep_for(5ms);
    std::string ns = "ns", name = spoiled.metadata.name;
    base::ignore_error(co_await rig.api->remove<EndpointSlice>(ns, name));
    CHECK(co_await eventually(there));
    co_await rig.stop(loop);
  });
}

TEST_CASE("a pod waits for its node") {
  controllers::testing::run([](base::Executor ex) -> base::Awaitable<void> {
    Rig rig(ex);
    rig.api->put(testing::service());
    rig.api->put(testing::pod(1));
    SliceLoop loop(rig.context());
    co_await rig.start(loop);
    const auto empty_one = [&] { return rig.api->all<EndpointSlice>("ns").size() == 1; };
    CHECK(co_await eventually(empty_one));
    CHECK(endpoints(rig) == 0);
    rig.api->put(node());
    const auto there = [&] { return endpoints(rig) == 1; };
    CHECK(co_await eventually(there));
    co_await rig.stop(loop);
  });
}

TEST_CASE("Services without a selector are left alone; failures are an event") {
  controllers::testing::run([](base::Executor ex) -> base::Awaitable<void> {
    Rig rig(ex);
    auto manual = testing::service("manual");
    manual.spec.selector.clear();
    rig.api->put(manual);
    rig.api->put(testing::service());
    rig.api->fail_next("create", "endpointslices", base::Error(base::Errc::unavailable, "no"));
    SliceLoop loop(rig.context());
    co_await rig.start(loop);
    const auto made = [&] { return rig.api->all<EndpointSlice>("ns").size() == 1; };
    CHECK(co_await eventually(made));
    CHECK(rig.has_event(
        "Warning FailedToUpdateEndpointSlices Error updating Endpoint Slices for Service ns/web"));
    CHECK(rig.api->all<EndpointSlice>("ns")[0].metadata.labels.at(service_label) == "web");
    co_await rig.stop(loop);
  });
}

}  // namespace controllers::endpointslice
