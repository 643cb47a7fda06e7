#include "controllers/nodelifecycle/node_loop.hpp"
#include <catch2/catch.hpp>
#include "controllers/frame/testing.hpp"
#include "controllers/nodelifecycle/testing.hpp"

namespace controllers::nodelifecycle {
namespace {

using namespace std::chrono_literals;
using controllers::testing::eventually;
using controllers::testing::Rig;
using testing::lease;
using testing::node;
using workload::Pod;

Pod pod_on(const std::string& node_name) {
  Pod p;
  p.metadata.name = "web";
  p.metadata.namespace_ = "ns";
  p.metadata.uid = "pod-uid";
  p.spec.node_name = node_name;
  auto& c = p.status.conditions.emplace_back();
  c.type = "Ready";
  c.status = "True";
  return p;
}

bool has_taint(const Rig& rig, const std::string& name, const char* key, const char* effect) {
  const auto n = rig.api->find<Node>("", name);
  for (const auto& t : n->spec.taints)
    if (t.key == key && t.effect == effect) return true;
  return false;
}

/// One look after the other until `condition` holds. Where the order of looks and news matters, the loop's
/// own looks must be rare.
base::Awaitable<bool> looking_until(NodeLoop& loop, std::function<bool()> condition) {
  for (int look = 0; look < 2000 && !condition(); ++look) {
    co_await loop.monitor();
    co_await base::sleep_for(1ms);
  }
  co_return condition();
}

bool knows_lease(Rig& rig, const std::string& name, base::SystemTime renewed) {
  client::InformerOptions o;
  o.ns = "kube-node-lease";
  const auto held = rig.informers.informer<Lease>(o).store().get("kube-node-lease/" + name);
  return held && held->spec.renew_time && held->spec.renew_time->at == renewed;
}

}  // namespace

TEST_CASE("a node that is ready loses the taint it was admitted with") {
  controllers::testing::run([](base::Executor ex) -> base::Awaitable<void> {
    Rig rig(ex);
    auto n = node("a", nullptr, rig.clock.now());
    auto& taint = n.spec.taints.emplace_back();
    taint.key = not_ready_taint;
    taint.effect = "NoSchedule";
    rig.api->put(n);
    NodeLoop loop(rig.context());
    co_await rig.start(loop);
    auto ready = node("a", "True", rig.clock.now());
    ready.spec.taints = n.spec.taints;
    rig.api->put(ready);
    const auto free = [&] { return rig.api->find<Node>("", "a")->spec.taints.empty(); };
    CHECK(co_await eventually(free));
    co_await rig.stop(loop);
  });
}

TEST_CASE("a silent node becomes Unknown, tainted, its pods not ready; and comes back") {
  controllers::testing::run([](base::Executor ex) -> base::Awaitable<void> {
    Rig rig(ex);
    rig.options.node_monitor_period = 1h;
    rig.api->put(node("a", "True", rig.clock.now()));
    rig.api->put(node("b", "True", rig.clock.now()));
    rig.api->put(lease("a", rig.clock.now()));
    rig.api->put(pod_on("a"));
    NodeLoop loop(rig.context());
    co_await rig.start(loop);
    const bool slept = co_await base::sleep_for(20ms);
    CHECK(slept);
    CHECK(readiness(*rig.api->find<Node>("", "a")) == Readiness::ready);

    rig.clock.advance(60s);
    rig.api->put(lease("b", rig.clock.now()));
    // A look before that is known would take both nodes for silent.
    const auto b_is_heard = [&] { return knows_lease(rig, "b", rig.clock.now()); };
    CHECK(co_await eventually(b_is_heard));
    const auto gone = [&] {
      return has_taint(rig, "a", unreachable_taint, "NoSchedule") &&
             has_taint(rig, "a", unreachable_taint, "NoExecute") &&
             !workload::is_ready(*rig.api->find<Pod>("ns", "web"));
    };
    const bool went = co_await looking_until(loop, gone);
    CHECK(went);
    CHECK(rig.has_event("Normal NodeNotReady Node a status is now: NodeNotReady"));

    auto back = *rig.api->find<Node>("", "a");
    back.status = node("a", "True", rig.clock.now()).status;
    rig.api->put(back);
    const auto clean = [&] { return rig.api->find<Node>("", "a")->spec.taints.empty(); };
    const bool cleaned = co_await looking_until(loop, clean);
    CHECK(cleaned);
    co_await rig.stop(loop);
  });
}

TEST_CASE("when every node is silent no pod is evicted") {
  controllers::testing::run([](base::Executor ex) -> base::Awaitable<void> {
    Rig rig(ex);
    rig.options.node_monitor_period = 1ms;
    rig.api->put(node("a", "True", rig.clock.now()));
    NodeLoop loop(rig.context());
    co_await rig.start(loop);
    const bool first_look = co_await base::sleep_for(20ms);
    CHECK(first_look);
    rig.clock.advance(60s);
    const auto unreachable = [&] { return has_taint(rig, "a", unreachable_taint, "NoSchedule"); };
    CHECK(co_await eventually(unreachable));
    const bool more_looks = co_await base::sleep_for(20ms);
    CHECK(more_looks);
    CHECK_FALSE(has_taint(rig, "a", unreachable_taint, "NoExecute"));
    co_await rig.stop(loop);
  });
}

}  // namespace controllers::nodelifecycle
