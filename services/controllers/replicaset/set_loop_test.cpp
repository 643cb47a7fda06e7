#include "controllers/replicaset/set_loop.hpp"
#include <catch2/catch.hpp>
#include "controllers/frame/testing.hpp"
#include "controllers/replicaset/replicaset.hpp"
#include "controllers/workload/pod.hpp"

namespace controllers::replicaset {
namespace {

using testing::eventually;
using testing::Rig;
using workload::Pod;

ReplicaSet web(std::int32_t replicas) {
  ReplicaSet rs;
  rs.metadata.name = "web";
  rs.metadata.namespace_ = "ns";
  rs.metadata.uid = "web-uid";
  rs.metadata.generation = 1;
  rs.spec.replicas = replicas;
  rs.spec.selector.match_labels = {{"app", "web"}};
  rs.spec.template_.emplace().metadata.labels = {{"app", "web"}};
  return rs;
}

Pod orphan(const std::string& name, const std::string& app) {
  Pod p;
  p.metadata.name = name;
  p.metadata.namespace_ = "ns";
  p.metadata.uid = name;
  p.metadata.labels = {{"app", app}};
  return p;
}

}  // namespace

TEST_CASE("pods are made, replaced and reported") {
  testing::run([](base::Executor ex) -> base::Awaitable<void> {
    Rig rig(ex);
    rig.api->put(web(3));
    auto controller = descriptor().make(rig.context());
    co_await rig.start(*controller);
    const auto settled = [&] {
      return rig.api->all<Pod>("ns").size() == 3 &&
             rig.api->find<ReplicaSet>("ns", "web")->status.replicas == 3;
    };
    CHECK(co_await eventually(settled));
    const auto pods = rig.api->all<Pod>("ns");
    for (const auto& p : pods) {
      CHECK(p.metadata.name.starts_with("web-"));
      REQUIRE(workload::controller_of(p.metadata));
      CHECK(workload::controller_of(p.metadata)->uid == "web-uid");
    }
    CHECK(rig.has_event("Normal SuccessfulCreate Created pod: web-"));
    CHECK(rig.event_objects[0].kind == "ReplicaSet");
    CHECK(rig.api->find<ReplicaSet>("ns", "web")->status.observed_generation == 1);

    std::string victim = pods[0].metadata.name;
    base::ignore_error(co_await rig.api->remove<Pod>("ns", victim));
    const auto replaced = [&] { return settled() && !rig.api->find<Pod>("ns", victim); };
    CHECK(co_await eventually(replaced));
    co_await rig.stop(*controller);
  });
}

TEST_CASE("a set shrinks, and adopts and releases by labels") {
  testing::run([](base::Executor ex) -> base::Awaitable<void> {
    Rig rig(ex);
    rig.api->put(web(2));
    rig.api->put(orphan("taken", "web"));
    rig.api->put(orphan("stranger", "db"));
    auto controller = descriptor().make(rig.context());
    co_await rig.start(*controller);
    const auto adopted = [&] {
      return rig.api->all<Pod>("ns").size() == 3 &&
             workload::controller_of(rig.api->find<Pod>("ns", "taken")->metadata);
    };
    CHECK(co_await eventually(adopted));
    CHECK_FALSE(workload::controller_of(rig.api->find<Pod>("ns", "stranger")->metadata));

    auto freed = *rig.api->find<Pod>("ns", "taken");
    freed.metadata.labels["app"] = "mine";
    rig.api->put(freed);
    const auto released = [&] {
      return rig.api->all<Pod>("ns").size() == 4 &&
             !workload::controller_of(rig.api->find<Pod>("ns", "taken")->metadata);
    };
    CHECK(co_await eventually(released));

    auto rs = *rig.api->find<ReplicaSet>("ns", "web");
    rs.spec.replicas = 0;
    rig.api->put(rs);
    const auto empty = [&] { return rig.api->all<Pod>("ns").size() == 2; };
    CHECK(co_await eventually(empty));
    CHECK(rig.has_event("Normal SuccessfulDelete Deleted pod: web-"));
    co_await rig.stop(*controller);
  });
}

TEST_CASE("a refused creation is an event, a condition, and one request") {
  testing::run([](base::Executor ex) -> base::Awaitable<void> {
    Rig rig(ex);
    rig.api->put(web(8));
    base::Error no_quota(base::Errc::permission_denied, "exceeded quota");
    rig.api->fail_next("create", "pods", no_quota);
    auto controller = descriptor().make(rig.context());
    co_await rig.start(*controller);
    const auto failed = [&] { return rig.has_event("Warning FailedCreate Error creating: exceeded quota"); };
    CHECK(co_await eventually(failed));
    // It tries again and the condition goes.
    const auto recovered = [&] {
      const auto status = rig.api->find<ReplicaSet>("ns", "web")->status;
      return status.replicas == 8 && status.conditions.empty();
    };
    CHECK(co_await eventually(recovered));
    CHECK(rig.api->all<Pod>("ns").size() == 8);
    co_await rig.stop(*controller);
  });
}

}  // namespace controllers::replicaset
