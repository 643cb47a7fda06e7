#include "controllers/tainteviction/eviction_loop.hpp"
#include <catch2/catch.hpp>
#include "controllers/frame/testing.hpp"

namespace controllers::tainteviction {
namespace {

using api::core::v1::Node;
using controllers::testing::eventually;
using controllers::testing::Rig;
using workload::Pod;
using namespace std::chrono_literals;

Node node(const char* taint = nullptr) {
  Node n;
  n.metadata.name = "a";
  n.metadata.uid = "node-uid";
  if (taint) {
    auto& t = n.spec.taints.emplace_back();
    t.key = taint;
    t.effect = "NoExecute";
  }
  return n;
}

Pod pod(const std::string& name, std::optional<std::int64_t> seconds = std::nullopt) {
  Pod p;
  p.metadata.name = p.metadata.uid = name;
  p.metadata.namespace_ = "ns";
  p.spec.node_name = "a";
  if (seconds) {
    auto& t = p.spec.tolerations.emplace_back();
    t.key = "bad";
    t.operator_ = "Exists";
    t.toleration_seconds = seconds;
  }
  return p;
}

std::function<bool()> evicted(Rig& rig, std::string name) {
  return [&rig, name] {
    const auto p = rig.api->find<Pod>("ns", name);
    return p && p->metadata.deletion_timestamp.has_value();
  };
}

}  // namespace

TEST_CASE("pods that do not tolerate a taint go at once, and are told why") {
  controllers::testing::run([](base::Executor ex) -> base::Awaitable<void> {
    Rig rig(ex);
    rig.api->put(node());
    rig.api->put(pod("web"));
    rig.api->put(pod("patient", 3600));
    EvictionLoop loop(rig.context());
    co_await rig.start(loop);
    rig.api->put(node("bad"));
    CHECK(co_await eventually(evicted(rig, "web")));
    const auto web = rig.api->find<Pod>("ns", "web");
    const auto* c = workload::find_condition(*web, "DisruptionTarget");
    REQUIRE(c);
    CHECK(c->reason == "DeletionByTaintManager");
    CHECK(rig.has_event("Normal TaintManagerEviction Marking for deletion Pod ns/web"));
    CHECK_FALSE(evicted(rig, "patient")());
    co_await rig.stop(loop);
  });
}

TEST_CASE("after the tolerated time") {
  controllers::testing::run([](base::Executor ex) -> base::Awaitable<void> {
    Rig rig(ex);
    rig.api->put(node("bad"));
    rig.api->put(pod("web", 300));
    EvictionLoop loop(rig.context());
    co_await rig.start(loop);
    co_await base::sleep_for(10ms);
    CHECK_FALSE(evicted(rig, "web")());
    rig.clock.advance(299s);
    // Anything that wakes the pod looks at the clock again; the time it has borne counts.
    auto other = node("bad");
    other.spec.taints.push_back(other.spec.taints[0]);
    other.spec.taints[1].value = "x";
    rig.api->put(other);
    co_await base::sleep_for(10ms);
    CHECK_FALSE(evicted(rig, "web")());
    rig.clock.advance(1s);
    rig.api->put(node("bad"));
    CHECK(co_await eventually(evicted(rig, "web")));
    co_await rig.stop(loop);
  });
}

TEST_CASE("a taint that goes in time cancels") {
  controllers::testing::run([](base::Executor ex) -> base::Awaitable<void> {
    Rig rig(ex);
    rig.api->put(node("bad"));
    rig.api->put(pod("web", 300));
    EvictionLoop loop(rig.context());
    co_await rig.start(loop);
    co_await base::sleep_for(10ms);
    rig.api->put(node());
    const auto cancelled = [&] {
      return rig.has_event("Normal TaintManagerEviction Cancelling deletion of Pod ns/web");
    };
    CHECK(co_await eventually(cancelled));
    rig.clock.advance(301s);
    rig.api->put(node("bad"));
    co_await base::sleep_for(10ms);
    CHECK_FALSE(evicted(rig, "web")());
    co_await rig.stop(loop);
  });
}

TEST_CASE("a pod that is bound to a tainted node; a deletion that fails is tried again") {
  controllers::testing::run([](base::Executor ex) -> base::Awaitable<void> {
    Rig rig(ex);
    rig.api->put(node("bad"));
    auto waiting = pod("web");
    waiting.spec.node_name.clear();
    rig.api->put(waiting);
    rig.api->fail_next("delete", "pods", base::Error(base::Errc::unavailable, "no"));
    EvictionLoop loop(rig.context());
    co_await rig.start(loop);
    co_await base::sleep_for(10ms);
    CHECK_FALSE(evicted(rig, "web")());
    rig.api->put(pod("web"));
    CHECK(co_await eventually(evicted(rig, "web")));
    co_await rig.stop(loop);
  });
}

}  // namespace controllers::tainteviction
