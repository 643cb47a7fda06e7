#include "controllers/endpoints/endpoints_loop.hpp"
#include <catch2/catch.hpp>
#include "controllers/endpoints/testing.hpp"
#include "controllers/frame/testing.hpp"

namespace controllers::endpoints {
namespace {

using controllers::testing::eventually;
using controllers::testing::Rig;
using namespace std::chrono_literals;

Endpoints named(const std::string& name) {
  Endpoints e;
  e.metadata.name = name;
  e.metadata.namespace_ = "ns";
  e.metadata.uid = "uid-of-" + name;
  return e;
}

std::size_t ready(const Rig& rig) {
  const auto e = rig.api->find<Endpoints>("ns", "web");
  return e && !e->subsets.empty() ? e->subsets[0].addresses.size() : 0;
}

}  // namespace

TEST_CASE("endpoints follow the pods") {
  controllers::testing::run([](base::Executor ex) -> base::Awaitable<void> {
    Rig rig(ex);
    rig.api->put(testing::service());
    rig.api->put(testing::pod(1));
    EndpointsLoop loop(rig.context());
    co_await rig.start(loop);
    const auto one = [&] { return ready(rig) == 1; };
    CHECK(co_await eventually(one));
    rig.api->put(testing::pod(2));
    const auto two = [&] { return ready(rig) == 2; };
    CHECK(co_await eventually(two));
    rig.api->put(testing::pod(2, false));
    CHECK(co_await eventually(one));
    std::string ns = "ns", name = "web";
    base::ignore_error(co_await rig.api->remove<Endpoints>(ns, name));
    CHECK(co_await eventually(one));
    co_await rig.stop(loop);
  });
}

TEST_CASE("what vanished Services left behind goes") {
  controllers::testing::run([](base::Executor ex) -> base::Awaitable<void> {
    Rig rig(ex);
    auto manual = testing::service();
    manual.metadata.name = "manual";
    manual.spec.selector.clear();
    rig.api->put(manual);
    rig.api->put(testing::service());
    auto lock = named("lock");
    lock.metadata.annotations["control-plane.alpha.kubernetes.io/leader"] = "{}";
    for (const auto& e : {named("manual"), named("left"), lock})
      rig.api->put(e);
    EndpointsLoop loop(rig.context());
    co_await rig.start(loop);
    const auto left_gone = [&] { return !rig.api->find<Endpoints>("ns", "left"); };
    CHECK(co_await eventually(left_gone));
    CHECK(rig.api->find<Endpoints>("ns", "manual"));
    CHECK(rig.api->find<Endpoints>("ns", "lock"));
    rig.api->put(named("somebodys"));

    const auto made = [&] { return rig.api->find<Endpoints>("ns", "web").has_value(); };
    CHECK(co_await eventually(made));
    std::string ns = "ns", name = "web";
    base::ignore_error(co_await rig.api->remove<Service>(ns, name));
    const auto gone = [&] { return !made(); };
    CHECK(co_await eventually(gone));
    CHECK(rig.api->find<Endpoints>("ns", "somebodys"));
    co_await rig.stop(loop);
  });
}

TEST_CASE("a refused write is an event and tried again") {
  controllers::testing::run([](base::Executor ex) -> base::Awaitable<void> {
    Rig rig(ex);
    rig.api->put(testing::service());
    rig.api->put(testing::pod(1));
    rig.api->fail_next("create", "endpoints", base::Error(base::Errc::unavailable, "no"));
    EndpointsLoop loop(rig.context());
    co_await rig.start(loop);
    const auto one = [&] { return ready(rig) == 1; };
    CHECK(co_await eventually(one));
    CHECK(rig.has_event("Warning FailedToCreateEndpoint Failed to create endpoint for service ns/web: no"));
    co_await rig.stop(loop);
  });
}

}  // namespace controllers::endpoints
