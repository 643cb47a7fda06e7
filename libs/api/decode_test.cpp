#include "api/decode.hpp"
#include <catch2/catch.hpp>
#include "api/resource.hpp"

namespace api {
namespace {

const Type& deployment() {
  return *find_resource("apps", "v1", "deployments")->type;
}

std::string error_of(std::string_view text) {
  const auto d = decode(text, json_type, deployment());
  return d.has_value() ? "" : d.error().message;
}

TEST_CASE("unknown and duplicate fields are reported with their paths, and unknown ones dropped") {
  const auto d = decode(
      R"({"spec":{"foo":1,"replicas":1,"replicas":2,"template":{"spec":{"containers":[{"name":"a"},{"bar":1,"name":"b"}]}}}})",
      json_type, deployment());
  REQUIRE(d.has_value());
  CHECK(d->strict_errors == std::vector<std::string>{"unknown field \"spec.foo\"",
                                                     "unknown field \"spec.template.spec.containers[1].bar\"",
                                                     "duplicate field \"spec.replicas\""});
  CHECK(get_int(d->object, {"spec", "replicas"}) == 2);
  CHECK(get(d->object, "spec", "foo") == nullptr);
}

TEST_CASE("wrong types are refused with upstream's words") {
  CHECK(error_of(R"({"kind":"Deployment","spec":{"replicas":"three"}})") ==
        "Deployment in version \"v1\" cannot be handled as a Deployment: json: cannot unmarshal string into "
        "Go struct field "
        "DeploymentSpec.spec.replicas of type int32");
  CHECK(error_of(R"({"spec":{"replicas":1.5}})").find("cannot unmarshal number 1.5 into") !=
        std::string::npos);
  CHECK(error_of(R"({"spec":{"replicas":99999999999}})").find("of type int32") != std::string::npos);
  CHECK(error_of(R"({"metadata":{"labels":{"a":1}}})").find("of type string") != std::string::npos);
  CHECK(error_of(R"({"spec":{"template":{"spec":{"containers":[{"resources":{"limits":{"cpu":"x"}}}]}}}})")
            .find("quantities must match") != std::string::npos);
}

TEST_CASE("what is no JSON, too deep or too large is refused") {
  for (auto text : {"", "{", "{]", "{} x", "\"\xff\"", "{\"a\":}"})
    CHECK_FALSE(decode(text, json_type, deployment()).has_value());
  CHECK_FALSE(decode(std::string(200, '[') + std::string(200, ']'), json_type, deployment()).has_value());
  DecodeLimits limits;
  limits.bytes_max = 10;
  CHECK(decode("{\"metadata\":{}}", json_type, deployment(), limits).error().code == 413);
}

TEST_CASE("YAML is the same object; null is absence; values take their canonical form") {
  const auto d = decode(
      "spec:\n  replicas: 3\n  paused: null\nmetadata:\n  creationTimestamp: \"2026-01-01T01:00:00+01:00\"\n",
      yaml_type, deployment());
  REQUIRE(d.has_value());
  CHECK(encode(d->object) ==
        R"({"spec":{"replicas":3},"metadata":{"creationTimestamp":"2026-01-01T00:00:00Z"}})");
}

TEST_CASE("every built-in resource has a type, and names are its own") {
  for (const auto& r : builtin_resources()) {
    INFO(r.group << "/" << r.version << " " << r.resource);
    const bool options = r.kind.ends_with("Options");
    if (!options) CHECK(r.type != nullptr);
    CHECK(find_resource(r.group, r.version, r.resource) == &r);
  }
}

}  // namespace
}  // namespace api
