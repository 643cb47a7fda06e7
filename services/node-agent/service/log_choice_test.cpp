#include "node-agent/service/log_choice.hpp"
#include <catch2/catch.hpp>

using namespace node_agent;
namespace core = api::core::v1;

namespace {

core::Pod pod_with(const std::string& status) {
  return api::parse<core::Pod>(
             R"({"metadata":{"name":"p"},"spec":{"containers":[{"name":"web"},{"name":"side"}],)"
             R"("initContainers":[{"name":"init"}]},"status":)" +
             status + "}")
      .value();
}

std::string choose(const std::string& state, bool previous = false) {
  const auto pod = pod_with(R"({"containerStatuses":[{"name":"web",)" + state + "}]}");
  auto chosen = container_of_log(pod, "web", previous);
  return chosen ? *chosen : chosen.error().message;
}

}  // namespace

TEST_CASE("whose log answers a request") {
  const std::string last = R"("lastState":{"terminated":{"containerID":"x://1"}})";
  CHECK(choose(R"("containerID":"x://2","state":{"running":{}})") == "x://2");
  CHECK(choose(R"("containerID":"x://2","state":{"terminated":{"containerID":"x://2"}})") == "x://2");
  CHECK(choose(R"("state":{"waiting":{"reason":"CrashLoopBackOff"}},)" + last) == "x://1");
  CHECK(choose(R"("containerID":"x://2","state":{"running":{}},)" + last, true) == "x://1");
  CHECK(choose(R"("containerID":"x://2","state":{"running":{}})", true) ==
        "previous terminated container \"web\" in pod \"p\" not found");
  CHECK(choose(R"("state":{"waiting":{"reason":"ContainerCreating"}})") ==
        "container \"web\" in pod \"p\" is waiting to start: ContainerCreating");
  CHECK(choose(R"("state":{"waiting":{"reason":"ImagePullBackOff"}})") ==
        "container \"web\" in pod \"p\" is waiting to start: trying and failing to pull image");
  CHECK(choose(R"("state":{"waiting":{}})") ==
        "container \"web\" in pod \"p\" is waiting to start - no logs yet");
  CHECK(choose(R"("state":{"terminated":{}})") == "container \"web\" in pod \"p\" is terminated");
}

TEST_CASE("which container is meant") {
  const auto pod = pod_with("{}");
  CHECK(container_named(pod, "").value() == "web");
  CHECK(container_named(pod, "init").value() == "init");
  CHECK(container_named(pod, "x").error().message == "container \"x\" not found in pod \"p\"");
  CHECK(container_of_log(pod, "x", false).error().is(base::Errc::not_found));
  CHECK(container_of_log(pod, "side", false).error().message ==
        "container \"side\" in pod \"p\" is not available");
}
