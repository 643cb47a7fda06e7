#include "apiserver/registry/autoscaler_conversion.hpp"
#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

using namespace apiserver::registry;
namespace json = boost::json;

namespace {

api::Object parse(const char* text) {
  return json::parse(text).as_object();
}

constexpr auto full = R"({"metadata":{"name":"h"},"spec":{"maxReplicas":3,
  "metrics":[{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":50}}},
    {"type":"Resource","resource":{"name":"memory","target":{"type":"AverageValue","averageValue":"1Gi"}}},
    {"type":"Pods","pods":{"metric":{"name":"qps"},"target":{"type":"AverageValue","averageValue":"10"}}},
    {"type":"Object","object":{"describedObject":{"kind":"Service","name":"s"},"metric":{"name":"hits"},
      "target":{"type":"Value","value":"5"}}},
    {"type":"External","external":{"metric":{"name":"queue","selector":{"matchLabels":{"a":"b"}}},
      "target":{"type":"Value","value":"30"}}}],
  "behavior":{"scaleDown":{"selectPolicy":"Max"}}},
  "status":{"desiredReplicas":1,"conditions":[{"type":"AbleToScale","status":"True"}]}})";

}  // namespace

TEST_CASE("an autoscaler comes back from v1 as it went") {
  auto o = parse(full);
  autoscaler_from_v2(o);
  CHECK(api::get_int(o, {"spec", "targetCPUUtilizationPercentage"}) == 50);
  CHECK_FALSE(o.at("spec").as_object().contains("metrics"));
  CHECK_FALSE(o.at("status").as_object().contains("conditions"));
  const auto* notes = api::get_object(o, {"metadata", "annotations"});
  REQUIRE(notes);
  CHECK(notes->at("autoscaling.alpha.kubernetes.io/behavior") == R"({"scaleDown":{"selectPolicy":"Max"}})");
  const auto metrics = json::parse(notes->at("autoscaling.alpha.kubernetes.io/metrics").as_string()).as_array();
  CHECK(metrics.at(0) ==
        json::parse(R"({"type":"Resource","resource":{"name":"memory","targetAverageValue":"1Gi"}})"));
  CHECK(metrics.at(2).at("object").at("target").at("kind") == "Service");
  autoscaler_to_v2(o);
  CHECK(api::deep_equal(o, parse(full)));
}

TEST_CASE("an autoscaler made as v1 has one metric, or none") {
  auto o = parse(R"({"metadata":{},"spec":{"maxReplicas":3,"targetCPUUtilizationPercentage":70}})");
  autoscaler_to_v2(o);
  CHECK(api::deep_equal(o, parse(R"({"metadata":{},"spec":{"maxReplicas":3,"metrics":[{"type":"Resource",
    "resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":70}}}]}})")));
  auto bare = parse(R"({"metadata":{},"spec":{"maxReplicas":3}})");
  autoscaler_to_v2(bare);
  CHECK(api::deep_equal(bare, parse(R"({"metadata":{},"spec":{"maxReplicas":3}})")));
}
