#include "controllers/deployment/status.hpp"
#include <catch2/catch.hpp>
#include "controllers/deployment/testing.hpp"

namespace controllers::deployment {
namespace {

using namespace std::chrono_literals;
using testing::deployment;
using testing::sets;

const base::SystemTime start{1'700'000'000s};

std::string progress(const DeploymentStatus& s) {
  const auto* c = find_condition(s, "Progressing");
  return c ? c->status + " " + c->reason + ": " + c->message : "none";
}

}  // namespace

TEST_CASE("counts and minimum availability") {
  auto d = deployment(4, 1, 1);
  d.metadata.generation = 7;
  auto s = counted_status(d, sets({2, 1}, {{3, 2}}), start);
  CHECK(s.replicas == 5);
  CHECK(s.updated_replicas == 2);
  CHECK(s.available_replicas == 3);
  CHECK(s.unavailable_replicas == 2);
  CHECK(s.observed_generation == 7);
  CHECK(find_condition(s, "Available")->reason == "MinimumReplicasAvailable");
  s = counted_status(d, sets({2, 0}, {{3, 2}}), start);
  CHECK(find_condition(s, "Available")->status == "False");
  CHECK(find_condition(s, "Available")->message == "Deployment does not have minimum availability.");
}

TEST_CASE("terminating pods are counted where every set tells") {
  const auto d = deployment(2, 1, 0);
  auto s = sets({2, 2}, {{1, 1}});
  const auto with = [](const std::shared_ptr<const ReplicaSet>& rs, std::int32_t n) {
    auto copy = *rs;
    copy.status.terminating_replicas = n;
    return std::make_shared<const ReplicaSet>(copy);
  };
  s.current = with(s.current, 1);
  CHECK_FALSE(counted_status(d, s, start).terminating_replicas.has_value());
  s.old[0] = with(s.old[0], 2);
  CHECK(counted_status(d, s, start).terminating_replicas == 3);
}

TEST_CASE("a rollout progresses, completes and stays complete") {
  auto d = deployment(2, 1, 0);
  d.status = rollout_status(d, sets({1, 0}, {{2, 2}}), start);
  CHECK(progress(d.status) == "True ReplicaSetUpdated: ReplicaSet \"current\" is progressing.");
  d.status = rollout_status(d, sets({2, 2}, {{0, 0}}), start + 5s);
  CHECK(progress(d.status) ==
        "True NewReplicaSetAvailable: ReplicaSet \"current\" has successfully progressed.");
  const auto* c = find_condition(d.status, "Progressing");
  CHECK(c->last_transition_time->at == start);
  CHECK(c->last_update_time->at == start + 5s);
  CHECK(is_complete(d, d.status));
  // A pod that becomes unready later does not start the deadline again.
  d.status = rollout_status(d, sets({2, 1}, {{0, 0}}), start + 3600s);
  CHECK(progress(d.status).starts_with("True NewReplicaSetAvailable"));
}

TEST_CASE("a stuck rollout times out after the deadline") {
  auto d = deployment(2, 1, 0);
  d.status = rollout_status(d, sets({1, 0}, {{2, 2}}), start);
  d.status = rollout_status(d, sets({1, 0}, {{2, 2}}), start + 599s);
  CHECK(progress(d.status).starts_with("True ReplicaSetUpdated"));
  CHECK(recheck_after(d, d.status, start + 590s) == 11s);
  d.status = rollout_status(d, sets({1, 0}, {{2, 2}}), start + 601s);
  CHECK(progress(d.status) ==
        "False ProgressDeadlineExceeded: ReplicaSet \"current\" has timed out progressing.");
  CHECK_FALSE(recheck_after(d, d.status, start + 602s).has_value());
  // Progress after all.
  d.status = rollout_status(d, sets({2, 2}, {{0, 0}}), start + 700s);
  CHECK(progress(d.status).starts_with("True NewReplicaSetAvailable"));
}

TEST_CASE("without a deadline there is no Progressing condition") {
  auto d = deployment(2, 1, 0);
  d.spec.progress_deadline_seconds.reset();
  CHECK(progress(rollout_status(d, sets({1, 0}, {{2, 2}}), start)) == "none");
}

TEST_CASE("a set's failure becomes the Deployment's and goes away again") {
  auto d = deployment(2, 1, 0);
  auto failing = sets({0, 0}, {{2, 2}});
  auto rs = *failing.current;
  api::apps::v1::ReplicaSetCondition c;
  c.type = "ReplicaFailure";
  c.status = "True";
  c.reason = "FailedCreate";
  c.message = "exceeded quota";
  rs.status.conditions.push_back(c);
  failing.current = std::make_shared<const ReplicaSet>(rs);
  d.status = rollout_status(d, failing, start);
  REQUIRE(find_condition(d.status, "ReplicaFailure"));
  CHECK(find_condition(d.status, "ReplicaFailure")->message == "exceeded quota");
  d.status = rollout_status(d, sets({1, 0}, {{2, 2}}), start);
  CHECK_FALSE(find_condition(d.status, "ReplicaFailure"));
}

TEST_CASE("pause and resume") {
  auto d = deployment(2, 1, 0);
  CHECK_FALSE(pause_condition(d, start));
  d.spec.paused = true;
  REQUIRE(pause_condition(d, start));
  set_condition(d.status, *pause_condition(d, start));
  CHECK(progress(d.status) == "Unknown DeploymentPaused: Deployment is paused");
  CHECK_FALSE(pause_condition(d, start));
  d.spec.paused = false;
  set_condition(d.status, *pause_condition(d, start));
  CHECK(progress(d.status) == "Unknown DeploymentResumed: Deployment is resumed");
  CHECK_FALSE(pause_condition(d, start));
}

}  // namespace controllers::deployment
