#include "scheduler/core/algorithm.hpp"
#include <catch2/catch.hpp>
#include "scheduler/cache/cache.hpp"
#include "scheduler/testing_objects.hpp"

namespace scheduler {
namespace {

using testing::info;
using testing::node;
using testing::pod;
using testing::share;

struct World {
  Framework framework{plugin_registry(), {}};
  Algorithm algorithm{framework, 0, 1};
  Cache cache;
  Nominations nominations;
  Decision schedule(const api::core::v1::Pod& p) {
    Snapshot s;
    cache.update(s);
    CycleState state;
    return algorithm.schedule(state, *info(p), s, nominations);
  }
};

TEST_CASE("how many nodes are enough") {
  CHECK(Algorithm::enough(10, 0) == 10);
  CHECK(Algorithm::enough(99, 10) == 99);
  CHECK(Algorithm::enough(100, 0) == 100);
  CHECK(Algorithm::enough(1000, 0) == 420);
  CHECK(Algorithm::enough(6000, 0) == 300);
  CHECK(Algorithm::enough(1000, 20) == 200);
  CHECK(Algorithm::enough(1000, 5) == 100);
  CHECK(Algorithm::enough(1000, 100) == 1000);
}

TEST_CASE("the emptier node wins; equals share") {
  World w;
  w.cache.put_node(share(node("m")));
  w.cache.put_node(share(node("n")));
  w.cache.assume(info(pod("a", "2", "4Gi")), "m");
  CHECK(w.schedule(pod("b", "1", "2Gi")).node == "n");
  w.cache.assume(info(pod("c", "2", "4Gi")), "n");
  int m = 0;
  for (int i = 0; i < 100; ++i)
    m += w.schedule(pod("d", "1", "2Gi")).node == "m";
  CHECK(m > 25);
  CHECK(m < 75);
}

TEST_CASE("the reasons of all nodes are counted") {
  World w;
  auto cordoned = node("cordoned");
  cordoned.spec.unschedulable = true;
  auto full = node("full", "1");
  full.status.allocatable["pods"] = testing::quantity("0");
  w.cache.put_node(share(cordoned));
  w.cache.put_node(share(full));
  w.cache.put_node(share(node("small", "1", "1Gi")));
  w.cache.put_node(share(node("tiny", "1", "1Gi")));
  const auto d = w.schedule(pod("a", "2", "2Gi"));
  CHECK(d.node.empty());
  CHECK_FALSE(d.error);
  CHECK(
      d.message ==
      "0/4 nodes are available: 1 Too many pods, 1 node(s) were unschedulable, 2 Insufficient memory, "
      "3 Insufficient cpu. preemption: 0/4 nodes are available: 4 Preemption is not helpful for scheduling.");
  CHECK(d.rejected_by == std::set<std::string>{"NodeResourcesFit", "NodeUnschedulable"});
  CHECK(d.evaluated == 4);
}

TEST_CASE("an affinity that names nodes looks only at those") {
  World w;
  for (auto name : {"a", "b", "c"})
    w.cache.put_node(share(node(name, "1")));
  auto p = pod("p", "2");
  api::core::v1::NodeSelectorTerm term;
  auto& r = term.match_fields.emplace_back();
  r.key = "metadata.name";
  r.operator_ = "In";
  r.values = {"b"};
  p.spec.affinity.emplace()
      .node_affinity.emplace()
      .required_during_scheduling_ignored_during_execution.emplace()
      .node_selector_terms.push_back(term);
  const auto d = w.schedule(p);
  CHECK(d.message ==
        "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) didn't satisfy plugin(s) [NodeAffinity]. "
        "preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.");
  CHECK(d.rejected_by == std::set<std::string>{"NodeAffinity", "NodeResourcesFit"});
  p.spec.containers[0].resources->requests.clear();
  CHECK(w.schedule(p).node == "b");
}

TEST_CASE("with no nodes at all every plugin is asked again later") {
  World w;
  const auto d = w.schedule(pod("a"));
  CHECK(d.message == "no nodes available to schedule pods");
  CHECK(d.rejected_by.contains("NodeResourcesFit"));
}

}  // namespace
}  // namespace scheduler
