#include "api/typed.hpp"
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include "api/types/apiextensions_v1.hpp"
#include "api/types/apps_v1.hpp"
#include "api/types/core_v1.hpp"

namespace api {
namespace {

TEST_CASE("a pod survives the round trip through its struct") {
  const auto text =
      R"({"apiVersion":"v1","kind":"Pod","metadata":{"creationTimestamp":"2026-01-02T03:04:05Z","labels":{"a":"b"},
    "name":"p","namespace":"n"},"spec":{"containers":[{"image":"i","name":"c","ports":[{"containerPort":80}],
    "resources":{"limits":{"cpu":"500m"}},"readinessProbe":{"httpGet":{"path":"/","port":"http"},"periodSeconds":3}}],
    "hostNetwork":true,"nodeName":"x"},"status":{"phase":"Running","podIP":"10.0.0.1"}})";
  const auto pod = parse<core::v1::Pod>(text);
  REQUIRE(pod.has_value());
  CHECK(pod->spec.containers[0].resources->limits.at("cpu").milli_value() == 500);
  CHECK(pod->spec.host_network == true);
  CHECK(pod->status.pod_ip == "10.0.0.1");
  CHECK(pod->spec.containers[0].readiness_probe->http_get->port.string_value == "http");
  CHECK(to_json(*pod) == boost::json::parse(text));
  CHECK(*from_json<core::v1::Pod>(to_json(*pod)) == *pod);
}

TEST_CASE("an empty struct writes what is required and its kind") {
  CHECK(to_json(core::v1::ConfigMap{}) == boost::json::parse(R"({"apiVersion":"v1","kind":"ConfigMap"})"));
  core::v1::Secret secret;
  secret.data["k"] = std::string("\0\1", 2);
  CHECK(to_json(secret).at("data").at("k") == "AAE=");
}

TEST_CASE("wrong types are named by their path") {
  const auto bad = parse<apps::v1::Deployment>(R"({"spec":{"replicas":"three"}})");
  REQUIRE_FALSE(bad.has_value());
  CHECK(bad.error().message.find("spec.replicas") != std::string::npos);
  CHECK_FALSE(parse<apps::v1::Deployment>("[]").has_value());
  CHECK(parse<apps::v1::Deployment>(R"({"unknown":1})").has_value());
}

TEST_CASE("recursive types copy deeply") {
  apiextensions::v1::JSONSchemaProps outer, inner;
  inner.type = "string";
  outer.not_ = inner;
  auto copy = outer;
  copy.not_->type = "integer";
  CHECK(outer.not_->type == "string");
  CHECK_FALSE(copy == outer);
}

TEST_CASE("a kind knows its resource") {
  CHECK(resource_of<apps::v1::Deployment>().resource == "deployments");
  CHECK(resource_of<core::v1::Pod>().namespaced);
  CHECK_FALSE(resource_of<core::v1::Node>().namespaced);
}

TEST_CASE("percentages scale") {
  CHECK(*IntOrString("25%").scaled(10, true) == 3);
  CHECK(*IntOrString("25%").scaled(10, false) == 2);
  CHECK(*IntOrString(7).scaled(10, false) == 7);
  CHECK_FALSE(IntOrString("x%").scaled(10, false).has_value());
}

}  // namespace
}  // namespace api
