#include <catch2/catch.hpp>
#include "scheduler/framework/framework.hpp"
#include "scheduler/plugins/node_selector.hpp"
#include "scheduler/plugins/tolerations.hpp"
#include "scheduler/testing_objects.hpp"

namespace scheduler {
namespace {

using api::core::v1::NodeSelectorTerm;
using testing::info;
using testing::node;
using testing::pod;
using testing::share;

NodeInfo with(const api::core::v1::Node& n, std::initializer_list<api::core::v1::Pod> pods = {}) {
  NodeInfo out;
  out.set_node(share(n));
  for (const auto& p : pods)
    out.add_pod(info(p));
  return out;
}

/// The plugin of that name alone, as its extension point.
template <class Point>
struct Alone {
  explicit Alone(std::string_view name, const PluginContext& context = {}) {
    for (const auto& e : plugin_registry())
      if (e.name == name) plugin = e.make(context);
  }
  Point* operator->() const { return dynamic_cast<Point*>(plugin.get()); }
  std::unique_ptr<Plugin> plugin;
};

TEST_CASE("each plugin has a name of its own") {
  std::set<std::string_view> names;
  for (const auto& e : plugin_registry()) {
    CHECK(names.insert(e.name).second);
    CHECK(e.make({})->name() == e.name);
  }
}

TEST_CASE("tolerations") {
  const auto taint = [](const char* key, const char* value, const char* effect) {
    api::core::v1::Taint t;
    t.key = key;
    t.value = value;
    t.effect = effect;
    return t;
  };
  const auto toleration = [](const char* key, const char* op, const char* value, const char* effect) {
    api::core::v1::Toleration t;
    t.key = key;
    t.operator_ = op;
    t.value = value;
    t.effect = effect;
    return t;
  };
  const auto t = taint("a", "1", "NoSchedule");
  using plugins::tolerates;
  CHECK(tolerates(toleration("a", "Equal", "1", "NoSchedule"), t));
  CHECK(tolerates(toleration("a", "", "1", ""), t));
  CHECK(tolerates(toleration("a", "Exists", "", ""), t));
  CHECK(tolerates(toleration("", "Exists", "", ""), t));
  CHECK_FALSE(tolerates(toleration("a", "Equal", "2", ""), t));
  CHECK_FALSE(tolerates(toleration("b", "Exists", "", ""), t));
  CHECK_FALSE(tolerates(toleration("a", "Exists", "", "NoExecute"), t));

  Alone<FilterPlugin> filter("TaintToleration");
  auto n = node("n");
  n.spec.taints = {taint("soft", "", "PreferNoSchedule")};
  CHECK(filter->filter({}, *info(pod("p")), with(n)).ok());
  Alone<ScorePlugin> score("TaintToleration");
  std::vector<std::int64_t> scores{score->score({}, *info(pod("p")), with(n)),
                                   score->score({}, *info(pod("p")), with(node("m")))};
  score->normalize(scores);
  CHECK(scores == std::vector<std::int64_t>{0, 100});
  n.spec.taints.push_back(t);
  CHECK(filter->filter({}, *info(pod("p")), with(n)).code == Code::unschedulable_and_unresolvable);
}

TEST_CASE("node selector terms") {
  auto n = node("n");
  n.metadata.labels = {{"disk", "ssd"}, {"cores", "8"}};
  struct Case {
    const char *key, *op;
    std::vector<std::string> values;
    bool holds;
  };
  const Case cases[] = {
      {"disk", "In", {"hdd", "ssd"}, true}, {"disk", "In", {"hdd"}, false},
      {"no", "In", {"x"}, false},           {"disk", "NotIn", {"hdd"}, true},
      {"no", "NotIn", {"x"}, true},         {"disk", "NotIn", {"ssd"}, false},
      {"disk", "Exists", {}, true},         {"no", "Exists", {}, false},
      {"no", "DoesNotExist", {}, true},     {"cores", "Gt", {"4"}, true},
      {"cores", "Gt", {"8"}, false},        {"cores", "Lt", {"9"}, true},
      {"disk", "Gt", {"4"}, false},         {"cores", "Gt", {"four"}, false},
  };
  for (const auto& c : cases) {
    NodeSelectorTerm term;
    auto& r = term.match_expressions.emplace_back();
    r.key = c.key;
    r.operator_ = c.op;
    r.values = c.values;
    INFO(c.key << " " << c.op);
    CHECK(plugins::matches(term, n) == c.holds);
  }
  CHECK_FALSE(plugins::matches(NodeSelectorTerm{}, n));
  auto p = pod("p");
  p.spec.node_selector = {{"disk", "ssd"}};
  CHECK(plugins::matches_required(p, n));
  p.spec.node_selector["zone"] = "a";
  CHECK_FALSE(plugins::matches_required(p, n));
}

TEST_CASE("preferred node affinity scores by weight") {
  auto p = pod("p");
  auto& affinity = p.spec.affinity.emplace().node_affinity.emplace();
  for (auto [key, weight] : {std::pair("ssd", 10), std::pair("gpu", 40)}) {
    auto& term = affinity.preferred_during_scheduling_ignored_during_execution.emplace_back();
    term.weight = weight;
    auto& r = term.preference.match_expressions.emplace_back();
    r.key = key;
    r.operator_ = "Exists";
  }
  auto n = node("n");
  n.metadata.labels["ssd"] = "";
  Alone<ScorePlugin> score("NodeAffinity");
  CHECK(score->score({}, *info(p), with(n)) == 10);
  n.metadata.labels["gpu"] = "";
  CHECK(score->score({}, *info(p), with(n)) == 50);
}

TEST_CASE("host ports conflict by protocol, port and address") {
  const auto on = [](const char* name, const char* ip, const char* protocol, int port) {
    auto p = pod(name);
    auto& c = p.spec.containers[0].ports.emplace_back();
    c.host_ip = ip;
    c.protocol = protocol;
    c.host_port = port;
    return p;
  };
  Alone<FilterPlugin> filter("NodePorts");
  const auto taken = with(node("n"), {on("a", "10.0.0.1", "TCP", 80), on("b", "", "UDP", 53)});
  CHECK_FALSE(filter->filter({}, *info(on("p", "", "TCP", 80)), taken).ok());
  CHECK_FALSE(filter->filter({}, *info(on("p", "10.0.0.1", "TCP", 80)), taken).ok());
  CHECK_FALSE(filter->filter({}, *info(on("p", "10.0.0.9", "UDP", 53)), taken).ok());
  CHECK(filter->filter({}, *info(on("p", "10.0.0.2", "TCP", 80)), taken).ok());
  CHECK(filter->filter({}, *info(on("p", "", "TCP", 53)), taken).ok());
}

TEST_CASE("least and most allocated, and balance") {
  const auto n = with(node("n", "4", "4Gi"), {pod("a", "1", "1Gi")});
  const auto p = info(pod("p", "1", "1Gi"));
  CHECK(Alone<ScorePlugin>("NodeResourcesFit")->score({}, *p, n) == 50);
  PluginContext most;
  most.most_allocated = true;
  CHECK(Alone<ScorePlugin>("NodeResourcesFit", most)->score({}, *info(pod("p", "2", "2Gi")), n) == 75);
  Alone<ScorePlugin> balanced("NodeResourcesBalancedAllocation");
  CHECK(balanced->score({}, *p, n) == 100);
  CHECK(balanced->score({}, *info(pod("p", "3", "1Gi")), n) == 75);
}

TEST_CASE("what does not even fit an empty node is beyond preemption") {
  Alone<FilterPlugin> fit("NodeResourcesFit");
  const auto n = with(node("n", "2"), {pod("a", "1")});
  CHECK(fit->filter({}, *info(pod("p", "1")), n).ok());
  CHECK(fit->filter({}, *info(pod("p", "2")), n).code == Code::unschedulable);
  CHECK(fit->filter({}, *info(pod("p", "3")), n).code == Code::unschedulable_and_unresolvable);
  auto gpu = pod("p");
  gpu.spec.containers[0].resources->requests["example.com/gpu"] = testing::quantity("1");
  CHECK(fit->filter({}, *info(gpu), n).message() == "Insufficient example.com/gpu");
}

TEST_CASE("requests: init containers, sidecars, pod level, overhead") {
  auto p = pod("p", "1");
  auto init = p.spec.containers[0];
  init.resources->requests["cpu"] = testing::quantity("3");
  p.spec.init_containers.push_back(init);
  CHECK(requests_of(p).milli_cpu == 3000);
  auto sidecar = init;
  sidecar.restart_policy = "Always";
  sidecar.resources->requests["cpu"] = testing::quantity("500m");
  p.spec.init_containers.insert(p.spec.init_containers.begin(), sidecar);
  CHECK(requests_of(p).milli_cpu == 3500);
  p.spec.containers[0].resources->requests["cpu"] = testing::quantity("5");
  CHECK(requests_of(p).milli_cpu == 5500);
  p.spec.resources.emplace().requests["cpu"] = testing::quantity("7");
  p.spec.overhead["cpu"] = testing::quantity("250m");
  CHECK(requests_of(p).milli_cpu == 7250);
  CHECK(info(pod("bare"))->requests == Resources{});
  CHECK(info(pod("bare"))->scored_milli_cpu == 100);
  CHECK(info(pod("bare"))->scored_memory == 200 * 1024 * 1024);
}

}  // namespace
}  // namespace scheduler
