#include "controllers/workload/disruption.hpp"
#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>

namespace controllers::workload {

TEST_CASE("a pod is told why it is ended, once") {
  const base::SystemTime now{std::chrono::seconds(1'700'000'000)};
  Pod pod;
  pod.metadata.uid = "u";
  pod.status.phase = "Running";
  const auto patch = disruption_patch(pod, "DeletionByPodGC", "gone", true, now);
  REQUIRE(patch.has_value());
  CHECK(boost::json::serialize(*patch) ==
        R"({"metadata":{"uid":"u"},"status":{"phase":"Failed","conditions":[{"type":"DisruptionTarget",)"
        R"("status":"True","reason":"DeletionByPodGC","message":"gone",)"
        R"("lastTransitionTime":"2023-11-14T22:13:20Z"}]}})");
  auto& c = pod.status.conditions.emplace_back();
  c.type = "DisruptionTarget";
  c.status = "True";
  c.reason = "DeletionByPodGC";
  c.message = "gone";
  CHECK_FALSE(disruption_patch(pod, "DeletionByPodGC", "gone", false, now).has_value());
  CHECK(disruption_patch(pod, "DeletionByPodGC", "gone", true, now).has_value());
  pod.status.phase = "Succeeded";
  CHECK_FALSE(disruption_patch(pod, "DeletionByPodGC", "gone", true, now).has_value());
  CHECK_FALSE(failed_patch(pod).has_value());
}

}  // namespace controllers::workload
