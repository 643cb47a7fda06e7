#include "node-agent/pods/admission.hpp"
#include <catch2/catch.hpp>

using namespace node_agent::pods;
namespace core = api::core::v1;

namespace {

core::Pod pod(const std::string& spec) {
  return api::parse<core::Pod>(R"({"spec":)" + spec + "}").value();
}

std::string cpu(const std::string& spec) {
  return pod_requests(pod(spec).spec)["cpu"].text();
}

}  // namespace

TEST_CASE("a pod asks for its containers together, or for its largest init container") {
  CHECK(cpu(R"({"containers":[{"name":"a","resources":{"requests":{"cpu":"1"}}},
                              {"name":"b","resources":{"limits":{"cpu":"500m"}}}]})") == "1500m");
  CHECK(cpu(R"({"containers":[{"name":"a","resources":{"requests":{"cpu":"1"}}}],
                "initContainers":[{"name":"i","resources":{"requests":{"cpu":"3"}}}]})") == "3");
  CHECK(cpu(R"({"overhead":{"cpu":"100m"},"containers":[{"name":"a","resources":{"requests":{"cpu":"1"}}}],
                "initContainers":[{"name":"s","restartPolicy":"Always","resources":{"requests":{"cpu":"1"}}},
                                  {"name":"i","resources":{"requests":{"cpu":"3"}}}]})") == "4100m");
}

TEST_CASE("a pod that does not fit is refused with what is missing") {
  const auto one = pod(R"({"containers":[{"name":"a","resources":{"requests":{"cpu":"1500m"}}}]})");
  const std::map<std::string, api::Quantity> room{{"cpu", api::Quantity::from_value(2)},
                                                  {"pods", api::Quantity::from_value(2)}};
  CHECK_FALSE(admit(one, {}, room));
  const auto other = std::make_shared<const core::Pod>(one);
  const auto refusal = admit(one, {other}, room);
  REQUIRE(refusal);
  CHECK(refusal->reason == "OutOfcpu");
  CHECK(
      refusal->message ==
      "Pod was rejected: Node didn't have enough resource: cpu, requested: 1500, used: 1500, capacity: 2000");
  const auto small = std::make_shared<const core::Pod>(pod(R"({"containers":[{"name":"a"}]})"));
  CHECK(admit(*small, {small, small}, room)->reason == "OutOfpods");
}
