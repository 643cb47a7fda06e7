#include "scheduler/core/preemption.hpp"
#include <catch2/catch.hpp>
#include "scheduler/core/nominations.hpp"
#include "scheduler/testing_objects.hpp"

namespace scheduler {
namespace {

using namespace std::chrono_literals;
using testing::pod;

PodInfoPtr ranked(const std::string& name, int priority, const std::string& cpu,
                  std::chrono::seconds started = 0s) {
  auto p = pod(name, cpu);
  p.spec.priority = priority;
  p.status.start_time = api::Time{base::SystemTime{started}};
  p.metadata.labels["app"] = name;
  return testing::info(p);
}

NodeInfo with(const std::string& name, std::vector<PodInfoPtr> pods) {
  NodeInfo n;
  n.set_node(testing::share(testing::node(name, "4")));
  for (const auto& p : pods)
    n.add_pod(p);
  return n;
}

/// By cpu alone.
preemption::Fits fits(const PodInfoPtr& pod) {
  return [pod](const NodeInfo& n) -> Status {
    if (pod->requests.milli_cpu <= n.allocatable.milli_cpu - n.requested.milli_cpu) return {};
    return {Code::unschedulable, "Insufficient cpu"};
  };
}

std::vector<std::string> names(const std::optional<Victims>& v) {
  std::vector<std::string> out;
  if (v)
    for (const auto& p : v->pods)
      out.push_back(p->pod->metadata.name);
  return out;
}
using Names = std::vector<std::string>;

TEST_CASE("the fewest and least important pods go") {
  const auto p = ranked("p", 10, "2");
  const auto n = with("n", {ranked("low", 1, "2"), ranked("mid", 5, "2")});
  Status why;
  CHECK(names(preemption::select_victims(*p, n, fits(p), {}, why)) == Names{"low"});
  const auto big = ranked("big", 10, "4");
  CHECK(names(preemption::select_victims(*big, n, fits(big), {}, why)) == Names{"mid", "low"});
  const auto same = with("n", {ranked("old", 1, "2", 10s), ranked("young", 1, "2", 20s)});
  CHECK(names(preemption::select_victims(*p, same, fits(p), {}, why)) == Names{"young"});
}

TEST_CASE("pods of the same or higher priority stay") {
  const auto p = ranked("p", 5, "2");
  Status why;
  CHECK_FALSE(preemption::select_victims(*p, with("n", {ranked("a", 5, "4")}), fits(p), {}, why));
  CHECK(why.message() == "No preemption victims found for incoming pod");
  CHECK_FALSE(preemption::select_victims(*p, with("n", {ranked("a", 9, "3"), ranked("b", 1, "1")}), fits(p),
                                         {}, why));
  CHECK(why.message() == "Insufficient cpu");
}

TEST_CASE("disruption budgets are kept where that is possible") {
  const auto p = ranked("p", 10, "2");
  const auto n = with("n", {ranked("low", 1, "2"), ranked("mid", 5, "2")});
  DisruptionAllowance b;
  b.ns = "default";
  b.selector = api::LabelSelector::from_labels({{"app", "low"}});
  Status why;
  auto v = preemption::select_victims(*p, n, fits(p), {b}, why);
  CHECK(names(v) == Names{"mid"});
  CHECK(v->violations == 0);
  b.allowed = 1;
  CHECK(names(preemption::select_victims(*p, n, fits(p), {b}, why)) == Names{"low"});
  b.allowed = 0;
  const auto big = ranked("big", 10, "4");
  CHECK(preemption::select_victims(*big, n, fits(big), {b}, why)->violations == 1);
}

TEST_CASE("the candidate that hurts least is picked") {
  const Victims violating{"a", {ranked("x", 1, "1")}, 1};
  const Victims high{"b", {ranked("x", 9, "1")}, 0};
  const Victims many{"c", {ranked("x", 5, "1"), ranked("y", 5, "1")}, 0};
  const Victims older{"d", {ranked("x", 5, "1", 10s)}, 0};
  const Victims younger{"e", {ranked("x", 5, "1", 20s)}, 0};
  CHECK(preemption::pick({violating, high}).node == "b");
  CHECK(preemption::pick({high, many}).node == "c");
  CHECK(preemption::pick({many, older}).node == "d");
  CHECK(preemption::pick({older, younger}).node == "e");
}

TEST_CASE("who may not preempt") {
  Snapshot none;
  auto p = pod("p");
  CHECK(preemption::not_eligible(*testing::info(p), none, {}).empty());
  p.spec.preemption_policy = "Never";
  CHECK(preemption::not_eligible(*testing::info(p), none, {}) ==
        "not eligible due to preemptionPolicy=Never.");
}

TEST_CASE("a nominated pod keeps its place before lower ones") {
  Nominations n;
  const auto high = ranked("high", 10, "1"), low = ranked("low", 1, "1");
  n.put(high, "a");
  CHECK(n.before(*low, "a").size() == 1);
  CHECK(n.before(*high, "a").empty());
  CHECK(n.before(*ranked("top", 11, "1"), "a").empty());
  CHECK(n.before(*low, "b").empty());
  n.put(high, "b");
  CHECK(n.before(*low, "a").empty());
  CHECK(n.node_of("uid-high") == "b");
  n.put(low, "b");
  CHECK(n.below(10, "b").size() == 1);
  n.remove("uid-high");
  CHECK(n.node_of("uid-high").empty());
}

}  // namespace
}  // namespace scheduler
