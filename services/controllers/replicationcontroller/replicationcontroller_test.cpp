#include "controllers/replicationcontroller/replicationcontroller.hpp"
#include <catch2/catch.hpp>
#include "controllers/frame/testing.hpp"
#include "controllers/replicationcontroller/conversion.hpp"
#include "controllers/workload/pod.hpp"

namespace controllers::replicationcontroller {
namespace {

using api::core::v1::Pod;
using testing::eventually;
using testing::Rig;
using namespace std::chrono_literals;

ReplicationController web(std::int32_t replicas) {
  ReplicationController rc;
  rc.metadata.name = "web";
  rc.metadata.namespace_ = "ns";
  rc.metadata.uid = "rc-uid";
  rc.metadata.generation = 1;
  rc.spec.replicas = replicas;
  rc.spec.selector = {{"app", "web"}};
  rc.spec.template_.emplace().metadata.labels = {{"app", "web"}};
  return rc;
}

}  // namespace

TEST_CASE("the way there and back loses nothing") {
  auto rc = web(3);
  rc.spec.min_ready_seconds = 5;
  rc.status.replicas = 3;
  rc.status.ready_replicas = 2;
  rc.status.observed_generation = 1;
  auto& c = rc.status.conditions.emplace_back();
  c.type = "ReplicaFailure";
  c.reason = "FailedCreate";
  const auto rs = to_replicaset(rc);
  CHECK(rs.metadata == rc.metadata);
  CHECK(rs.spec.min_ready_seconds == 5);
  CHECK(rs.spec.selector.match_labels == rc.spec.selector);
  CHECK(to_status(rs.status) == rc.status);
}

TEST_CASE("a ReplicationController keeps its pods, under its own name") {
  testing::run([](base::Executor ex) -> base::Awaitable<void> {
    Rig rig(ex);
    rig.api->put(web(3));
    const auto loop = descriptor().make(rig.context());
    co_await rig.start(*loop);
    const auto reported = [&] {
      const auto rc = rig.api->find<ReplicationController>("ns", "web");
      return rig.api->all<Pod>("ns").size() == 3 && rc->status.replicas == 3;
    };
    CHECK(co_await eventually(reported));
    const auto pod = rig.api->all<Pod>("ns")[0];
    const auto* owner = workload::controller_of(pod.metadata);
    REQUIRE(owner);
    CHECK(owner->kind == "ReplicationController");
    CHECK(owner->api_version == "v1");
    CHECK(owner->uid == "rc-uid");
    CHECK(rig.has_event("Normal SuccessfulCreate Created pod: web-"));
    CHECK(rig.event_objects[0].kind == "ReplicationController");
    // Nothing changed, nothing is written.
    rig.api->forget_calls();
    auto same = *rig.api->find<ReplicationController>("ns", "web");
    same.metadata.annotations["x"] = "y";
    rig.api->put(same);
    co_await base::sleep_for(10ms);
    CHECK(rig.api->calls().empty());

    auto less = *rig.api->find<ReplicationController>("ns", "web");
    less.spec.replicas = 1;
    rig.api->put(less);
    const auto shrunk = [&] { return rig.api->all<Pod>("ns").size() == 1; };
    CHECK(co_await eventually(shrunk));
    co_await rig.stop(*loop);
  });
}

}  // namespace controllers::replicationcontroller
