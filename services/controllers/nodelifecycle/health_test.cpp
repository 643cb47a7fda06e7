#include "controllers/nodelifecycle/health.hpp"
#include <catch2/catch.hpp>
#include "controllers/nodelifecycle/testing.hpp"

namespace controllers::nodelifecycle {
namespace {

using namespace std::chrono_literals;
using testing::lease;
using testing::node;

const base::SystemTime start{1'700'000'000s};

}  // namespace

TEST_CASE("a heartbeat is a change of the status time or a later lease, on our clock") {
  const auto n = node("n", "True", start - 1h);
  const auto old_lease = lease("n", start - 2h);
  auto h = listen(std::nullopt, n, &old_lease, start);
  CHECK(h.heard_at == start);
  h = listen(h, n, &old_lease, start + 10s);
  CHECK(h.heard_at == start);
  const auto new_lease = lease("n", start - 1h);
  h = listen(h, n, &new_lease, start + 20s);
  CHECK(h.heard_at == start + 20s);
  h = listen(h, n, nullptr, start + 30s);
  CHECK(h.heard_at == start + 20s);
  h = listen(h, node("n", "True", start), nullptr, start + 40s);
  CHECK(h.heard_at == start + 40s);
  // A node that never reported is silent since it was made.
  CHECK(listen(std::nullopt, node("n", nullptr, start - 5min), nullptr, start).heard_at == start - 5min);
}

TEST_CASE("silence beyond the grace period makes conditions Unknown, once") {
  auto n = node("n", "True", start);
  const Heartbeat h{start, {}, {}};
  CHECK_FALSE(conditions_of_silence(n, h, 50s, 60s, start + 50s));
  auto silent = conditions_of_silence(n, h, 50s, 60s, start + 51s);
  REQUIRE(silent);
  n.status.conditions = *silent;
  CHECK(readiness(n) == Readiness::unknown);
  CHECK(find_condition(n, "Ready")->reason == "NodeStatusUnknown");
  CHECK(find_condition(n, "Ready")->message == "Kubelet stopped posting node status.");
  CHECK(find_condition(n, "Ready")->last_heartbeat_time->at == start);
  CHECK(find_condition(n, "DiskPressure")->reason == "NodeStatusNeverUpdated");
  CHECK_FALSE(conditions_of_silence(n, h, 50s, 60s, start + 2h));
}

TEST_CASE("a node that never reported has the start-up grace period") {
  const auto n = node("n", nullptr, start);
  const Heartbeat h{start, {}, {}};
  CHECK_FALSE(conditions_of_silence(n, h, 50s, 60s, start + 55s));
  const auto silent = conditions_of_silence(n, h, 50s, 60s, start + 61s);
  REQUIRE(silent);
  CHECK(silent->at(0).reason == "NodeStatusNeverUpdated");
}

}  // namespace controllers::nodelifecycle
