#include "controllers/podgc/pod_gc.hpp"
#include <catch2/catch.hpp>
#include "controllers/frame/testing.hpp"

namespace controllers::podgc {
namespace {

using controllers::testing::eventually;
using controllers::testing::Rig;
using namespace std::chrono_literals;

Pod pod(const std::string& name, const std::string& node, const std::string& phase = "Running") {
  Pod p;
  p.metadata.name = p.metadata.uid = name;
  p.metadata.namespace_ = "ns";
  p.spec.node_name = node;
  p.status.phase = phase;
  return p;
}

/// The body of the last write to that pod's status.
boost::json::value last_status(const Rig& rig, const std::string& name) {
  boost::json::value out;
  for (const auto& c : rig.api->calls())
    if (c.subresource == "status" && c.name == name) out = c.body;
  return out;
}

}  // namespace

TEST_CASE("pods of a node that is gone end as failed") {
  controllers::testing::run([](base::Executor ex) -> base::Awaitable<void> {
    Rig rig(ex);
    Node node;
    node.metadata.name = "here";
    rig.api->put(node);
    rig.api->put(pod("stays", "here"));
    rig.api->put(pod("orphan", "gone"));
    PodGc loop(rig.context(), 1ms);
    co_await rig.start(loop);
    co_await base::sleep_for(10ms);
    CHECK(rig.api->find<Pod>("ns", "orphan"));
    rig.clock.advance(40s);
    const auto gone = [&] { return !rig.api->find<Pod>("ns", "orphan"); };
    CHECK(co_await eventually(gone));
    const auto written = last_status(rig, "orphan");
    REQUIRE(written.is_object());
    CHECK(written.at("status").at("phase") == "Failed");
    CHECK(written.at("status").at("conditions").at(0).at("reason") == "DeletionByPodGC");
    CHECK(rig.api->find<Pod>("ns", "stays"));
    co_await rig.stop(loop);
  });
}

TEST_CASE("a node that only we do not know yet keeps its pods") {
  controllers::testing::run([](base::Executor ex) -> base::Awaitable<void> {
    Rig rig(ex);
    rig.api->put(pod("web", "young"));
    rig.api->add_reactor(
        [](const client::testing::Call& c) -> std::optional<base::Result<boost::json::value>> {
          if (c.verb != "get" || c.resource != "nodes") return std::nullopt;
          return base::Result<boost::json::value>(api::to_json(Node()));
        });
    PodGc loop(rig.context(), 1ms);
    co_await rig.start(loop);
    co_await base::sleep_for(5ms);
    rig.clock.advance(60s);
    co_await base::sleep_for(20ms);
    CHECK(rig.api->find<Pod>("ns", "web"));
    co_await rig.stop(loop);
  });
}

TEST_CASE("surplus finished pods, and unscheduled ones being deleted") {
  controllers::testing::run([](base::Executor ex) -> base::Awaitable<void> {
    Rig rig(ex);
    rig.options.terminated_pod_gc_threshold = 2;
    for (int i = 0; i < 50; ++i)
      rig.api->put(pod("done-" + std::to_string(i), "", "Succeeded"));
    auto waiting = pod("waiting", "", "Pending");
    waiting.metadata.deletion_timestamp = api::Time{rig.clock.now()};
    rig.api->put(waiting);
    rig.api->fail_next("delete", "pods", base::Error(base::Errc::unavailable, "no"));
    PodGc loop(rig.context(), 1ms);
    co_await rig.start(loop);
    const auto two_left = [&] { return rig.api->all<Pod>("ns").size() == 2; };
    CHECK(co_await eventually(two_left));
    CHECK(last_status(rig, "waiting").at("status").at("phase") == "Failed");
    CHECK(last_status(rig, "done-1").is_null());
    co_await rig.stop(loop);
  });
}

}  // namespace controllers::podgc
