#include "controllers/replicaset/replicas.hpp"
#include <catch2/catch.hpp>

namespace controllers::replicaset {
namespace {

using namespace std::chrono_literals;
const base::SystemTime now{1'700'000'000s};

PodPtr pod(const std::string& name, std::chrono::seconds ready_for = 0s) {
  workload::Pod p;
  p.metadata.name = p.metadata.uid = name;
  p.metadata.labels = {{"app", "web"}};
  if (ready_for > 0s) {
    api::core::v1::PodCondition c;
    c.type = "Ready";
    c.status = "True";
    c.last_transition_time = api::Time{now - ready_for};
    p.status.conditions.push_back(c);
  }
  return std::make_shared<const workload::Pod>(p);
}

ReplicaSet set(std::int32_t min_ready = 0) {
  ReplicaSet rs;
  rs.metadata.generation = 3;
  rs.spec.min_ready_seconds = min_ready;
  rs.spec.template_.emplace().metadata.labels = {{"app", "web"}};
  return rs;
}

}  // namespace

TEST_CASE("how many to create or delete") {
  CHECK(plan_replicas(3, {pod("a")}, {}, now).create == 2);
  CHECK(plan_replicas(1000, {}, {}, now).create == burst_max);
  const auto plan = plan_replicas(1, {pod("a", 10s), pod("b"), pod("c", 10s)}, {}, now);
  CHECK(plan.create == 0);
  REQUIRE(plan.remove.size() == 2);
  CHECK(plan.remove[0]->metadata.name == "b");
  CHECK(plan_replicas(1, {pod("a")}, {}, now).remove.empty());
}

TEST_CASE("slow start") {
  CHECK(slow_start_batches(0).empty());
  CHECK(slow_start_batches(1) == std::vector<int>{1});
  CHECK(slow_start_batches(10) == std::vector<int>{1, 2, 4, 3});
}

TEST_CASE("status counts ready and available pods") {
  const auto rs = set(30);
  const std::vector<PodPtr> pods{pod("a"), pod("b", 10s), pod("c", 40s)};
  const auto s = next_status(rs, pods, {pod("d")}, std::nullopt, now);
  CHECK(s.replicas == 3);
  CHECK(s.fully_labeled_replicas == 3);
  CHECK(s.ready_replicas == 2);
  CHECK(s.available_replicas == 1);
  CHECK(s.terminating_replicas == 1);
  CHECK(s.observed_generation == 3);
  CHECK(recheck_after(rs, pods, now) == 20s);
  CHECK_FALSE(recheck_after(set(), pods, now).has_value());
}

TEST_CASE("a failure is a condition until it is over") {
  auto rs = set();
  rs.status = next_status(rs, {}, {}, Failure{"FailedCreate", "no quota"}, now);
  REQUIRE(rs.status.conditions.size() == 1);
  CHECK(rs.status.conditions[0].type == "ReplicaFailure");
  CHECK(rs.status.conditions[0].reason == "FailedCreate");
  CHECK(next_status(rs, {}, {}, Failure{"FailedCreate", "other words"}, now + 1h) == rs.status);
  CHECK(next_status(rs, {}, {}, std::nullopt, now).conditions.empty());
}

}  // namespace controllers::replicaset
