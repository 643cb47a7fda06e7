#include "controllers/workload/ranking.hpp"
#include <catch2/catch.hpp>

namespace controllers::workload {
namespace {

using namespace std::chrono_literals;
const base::SystemTime now{1'700'000'000s};

struct Shape {
  std::string name, node = "n1", phase = "Running";
  std::chrono::seconds ready_for{1h}, age{1h};  ///< ready_for 0: not ready.
  std::string cost;
  int restarts = 0;
};

PodPtr make(const Shape& s) {
  Pod p;
  p.metadata.name = p.metadata.uid = s.name;
  p.metadata.creation_timestamp = api::Time{now - s.age};
  if (!s.cost.empty()) p.metadata.annotations["controller.kubernetes.io/pod-deletion-cost"] = s.cost;
  p.spec.node_name = s.node;
  p.status.phase = s.phase;
  api::core::v1::PodCondition ready;
  ready.type = "Ready";
  ready.status = s.ready_for == 0s ? "False" : "True";
  ready.last_transition_time = api::Time{now - s.ready_for};
  p.status.conditions.push_back(ready);
  api::core::v1::ContainerStatus status;
  status.restart_count = s.restarts;
  p.status.container_statuses.push_back(status);
  return std::make_shared<const Pod>(p);
}

std::string first(const Shape& a, const Shape& b, const std::vector<PodPtr>& others = {}) {
  std::vector<PodPtr> pods{make(a), make(b)}, related = pods;
  related.insert(related.end(), others.begin(), others.end());
  const auto forward = pods_to_delete(pods, related, 1, now);
  std::swap(pods[0], pods[1]);
  const auto backward = pods_to_delete(pods, related, 1, now);
  REQUIRE(forward[0]->metadata.name == backward[0]->metadata.name);
  return forward[0]->metadata.name;
}

}  // namespace

TEST_CASE("each rule of the order of deletion, the one before being equal") {
  CHECK(first({"z", ""}, {"a"}) == "z");
  CHECK(first({"z", "n1", "Pending"}, {"a"}) == "z");
  CHECK(first({"z", "n1", "Unknown"}, {"a"}) == "z");
  CHECK(first({"z", "n1", "Running", 0s}, {"a"}) == "z");
  CHECK(first({"z", "n1", "Running", 1h, 1h, "-5"}, {"a"}) == "z");
  CHECK(first({"z"}, {"a", "n1", "Running", 1h, 1h, "10"}) == "z");
  CHECK(first({"z", "n2"}, {"a"}, {make({"other", "n2"})}) == "z");
  CHECK(first({"z", "n1", "Running", 1min}, {"a"}) == "z");
  CHECK(first({"z", "n1", "Running", 1h, 1h, "", 3}, {"a"}) == "z");
  CHECK(first({"z", "n1", "Running", 1h, 1min}, {"a"}) == "z");
  CHECK(first({"z"}, {"a"}) == "a");
}

TEST_CASE("ages inside one power of two count as equal") {
  CHECK(first({"z", "n1", "Running", 3600s}, {"a", "n1", "Running", 3601s}) == "a");
}

TEST_CASE("a finished related pod does not make a node crowded") {
  CHECK(first({"z", "n2"}, {"a"}, {make({"done", "n2", "Succeeded"})}) == "a");
}

TEST_CASE("deletion cost") {
  CHECK(deletion_cost(*make({"a", "n", "Running", 1h, 1h, "-100"})) == -100);
  CHECK(deletion_cost(*make({"a", "n", "Running", 1h, 1h, "1x"})) == 0);
  CHECK(deletion_cost(*make({"a", "n", "Running", 1h, 1h, "99999999999"})) == 0);
}

}  // namespace controllers::workload
