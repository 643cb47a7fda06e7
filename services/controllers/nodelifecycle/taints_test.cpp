#include "controllers/nodelifecycle/taints.hpp"
#include <catch2/catch.hpp>
#include "controllers/nodelifecycle/testing.hpp"

namespace controllers::nodelifecycle {
namespace {

using namespace std::chrono_literals;
using testing::node;

const base::SystemTime start{1'700'000'000s};

std::string text(const std::vector<Taint>& taints) {
  std::string out;
  for (const auto& t : taints)
    out += (out.empty() ? "" : " ") + t.key + ":" + t.effect;
  return out;
}

}  // namespace

TEST_CASE("taints follow conditions") {
  CHECK(text(next_taints(node("n", "False", start), false, start)) ==
        "node.kubernetes.io/not-ready:NoSchedule");
  CHECK(text(next_taints(node("n", "Unknown", start), true, start)) ==
        "node.kubernetes.io/unreachable:NoSchedule node.kubernetes.io/unreachable:NoExecute");
  CHECK(text(next_taints(node("n", nullptr, start), false, start)) ==
        "node.kubernetes.io/not-ready:NoSchedule");

  auto n = node("n", "True", start);
  n.spec.unschedulable = true;
  auto& pressure = n.status.conditions.emplace_back();
  pressure.type = "DiskPressure";
  pressure.status = "True";
  CHECK(text(next_taints(n, true, start)) ==
        "node.kubernetes.io/disk-pressure:NoSchedule node.kubernetes.io/unschedulable:NoSchedule");
}

TEST_CASE("a ready node loses our taints and keeps others") {
  auto n = node("n", "Unknown", start);
  Taint dedicated;
  dedicated.key = "dedicated";
  dedicated.effect = "NoExecute";
  n.spec.taints = {dedicated};
  n.spec.taints = next_taints(n, true, start);
  CHECK(is_evicting(n));
  // Nothing changes with time alone.
  CHECK(next_taints(n, true, start + 1h) == n.spec.taints);
  n.status.conditions[0].status = "True";
  CHECK(text(next_taints(n, true, start)) == "dedicated:NoExecute");
  n.spec.taints = {dedicated};
  CHECK_FALSE(is_evicting(n));
}

TEST_CASE("the state of a zone") {
  CHECK(zone_state(0, 1, 0.55) == ZoneState::full_disruption);
  CHECK(zone_state(1, 2, 0.55) == ZoneState::normal);
  CHECK(zone_state(2, 3, 0.55) == ZoneState::partial_disruption);
  CHECK(zone_state(7, 3, 0.55) == ZoneState::normal);
  CHECK(zone_state(0, 0, 0.55) == ZoneState::normal);
}

TEST_CASE("zones are told apart by region and zone") {
  auto a = node("a", "True", start), b = a;
  CHECK(zone_of(a).empty());
  a.metadata.labels["topology.kubernetes.io/zone"] = "z1";
  b.metadata.labels["failure-domain.beta.kubernetes.io/zone"] = "z1";
  CHECK(zone_of(a) == zone_of(b));
  b.metadata.labels["topology.kubernetes.io/region"] = "r";
  CHECK(zone_of(a) != zone_of(b));
}

TEST_CASE("the pacer") {
  Pacer p;
  CHECK_FALSE(p.grant(0, start));
  CHECK(p.grant(0.1, start));
  CHECK_FALSE(p.grant(0.1, start + 9s));
  CHECK(p.grant(0.1, start + 10s));
}

}  // namespace controllers::nodelifecycle
