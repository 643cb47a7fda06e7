#include "node-agent/status/pod_status.hpp"
#include <catch2/catch.hpp>
#include "api/types/core_v1.hpp"
#include "node-agent/status/container_statuses.hpp"

using namespace node_agent::status;
using namespace std::chrono_literals;
namespace core = api::core::v1;

namespace {

const base::SystemTime now{5000s};

core::Pod pod_of(const std::string& spec_json) {
  return api::parse<core::Pod>(R"({"metadata":{"name":"web","namespace":"default","uid":"u","generation":3},
    "spec":)" + spec_json + "}")
      .value();
}

core::Pod web(const std::string& policy = "Always") {
  return pod_of(R"({"restartPolicy":")" + policy + R"(","containers":[{"name":"web","image":"i"}]})");
}

ContainerView container(std::string name, ContainerView::State state, int exit_code = 0, int restarts = 0) {
  ContainerView c;
  c.id = "process://" + name + std::to_string(restarts);
  c.name = std::move(name);
  c.image = "i";
  c.state = state;
  c.exit_code = exit_code;
  c.restart_count = restarts;
  c.started_at = now - 60s;
  if (state == ContainerView::State::exited) c.finished_at = now - 5s;
  return c;
}

PodStatusInput input(core::Pod pod, std::vector<ContainerView> containers) {
  PodStatusInput in;
  in.pod = std::move(pod);
  SandboxView s;
  s.id = "s1";
  s.ready = true;
  s.ips = {"127.1.0.5"};
  in.view.sandboxes.push_back(s);
  in.view.containers = std::move(containers);
  in.host_ip = "127.0.0.1";
  return in;
}

std::string condition(const core::PodStatus& s, const std::string& type) {
  for (const auto& c : s.conditions)
    if (c.type == type)
      return c.status + (c.reason.empty() ? "" : " " + c.reason) +
             (c.message.empty() ? "" : ": " + c.message);
  return "absent";
}

constexpr auto running = ContainerView::State::running;
constexpr auto exited = ContainerView::State::exited;

}  // namespace

TEST_CASE("a new pod is Pending, its containers are being created") {
  auto in = input(web(), {});
  in.view = {};
  const auto s = generate_pod_status(in, now);
  CHECK(s.phase == "Pending");
  CHECK(s.container_statuses.at(0).state->waiting->reason == "ContainerCreating");
  CHECK(condition(s, "PodScheduled") == "True");
  CHECK(condition(s, "PodReadyToStartContainers") == "False");
  CHECK(condition(s, "Initialized") == "True");
  CHECK(condition(s, "Ready") == "False ContainersNotReady: containers with unready status: [web]");
  CHECK(s.start_time->at == now);
  CHECK(s.qos_class == "BestEffort");
  CHECK(s.observed_generation == 3);
  CHECK(s.pod_ip.empty());
}

TEST_CASE("a running container is ready when its probes say so") {
  auto in = input(web(), {container("web", running)});
  in.readiness["web"] = {true, false};
  auto s = generate_pod_status(in, now);
  CHECK(s.phase == "Running");
  CHECK(s.pod_ip == "127.1.0.5");
  CHECK(s.host_ip == "127.0.0.1");
  CHECK(*s.container_statuses[0].started);
  CHECK_FALSE(s.container_statuses[0].ready);
  CHECK(condition(s, "Ready").starts_with("False ContainersNotReady"));

  in.pod.status = s;
  in.readiness["web"].ready = true;
  s = generate_pod_status(in, now + 10s);
  CHECK(condition(s, "Ready") == "True");
  for (const auto& c : s.conditions)
    CHECK(c.last_transition_time->at == (c.type.ends_with("Ready") ? now + 10s : now));
}

TEST_CASE("readiness gates hold the pod back") {
  auto in = input(pod_of(R"({"readinessGates":[{"conditionType":"x/y"}],"containers":[{"name":"web"}]})"),
                  {container("web", running)});
  in.readiness["web"] = {true, true};
  CHECK(
      condition(generate_pod_status(in, now), "Ready") ==
      "False ReadinessGatesNotReady: corresponding condition of pod readiness gate \"x/y\" does not exist.");
  core::PodCondition gate;
  gate.type = "x/y";
  gate.status = "True";
  in.pod.status.conditions.push_back(gate);
  const auto s = generate_pod_status(in, now);
  CHECK(condition(s, "Ready") == "True");
  CHECK(condition(s, "x/y") == "True");
}

TEST_CASE("a crash loop waits with the last end beside it") {
  auto in = input(web(), {container("web", exited, 3, 2), container("web", exited, 1, 1)});
  auto s = generate_pod_status(in, now);
  CHECK(s.container_statuses[0].state->terminated->exit_code == 3);
  CHECK(s.container_statuses[0].state->terminated->reason == "Error");
  CHECK(s.container_statuses[0].last_state->terminated->exit_code == 1);
  in.waiting["web"] = {"CrashLoopBackOff", "back-off 20s"};
  s = generate_pod_status(in, now);
  CHECK(s.phase == "Running");
  CHECK(s.container_statuses[0].state->waiting->reason == "CrashLoopBackOff");
  CHECK(s.container_statuses[0].last_state->terminated->exit_code == 3);
  CHECK(s.container_statuses[0].restart_count == 2);
}

TEST_CASE("how a pod ends depends on its restart policy") {
  const auto phase = [](const std::string& policy, int exit_code) {
    return generate_pod_status(input(web(policy), {container("web", exited, exit_code)}), now).phase;
  };
  CHECK(phase("Always", 0) == "Running");
  CHECK(phase("OnFailure", 0) == "Succeeded");
  CHECK(phase("OnFailure", 1) == "Running");
  CHECK(phase("Never", 0) == "Succeeded");
  CHECK(phase("Never", 1) == "Failed");
}

TEST_CASE("a terminal phase is never left, nor reported while something runs") {
  auto in = input(web("Never"), {container("web", running)});
  in.pod.status.phase = "Succeeded";
  CHECK(generate_pod_status(in, now).phase == "Succeeded");
  auto done = input(web("Never"), {container("web", exited, 0)});
  CHECK(condition(generate_pod_status(done, now), "Ready") == "False PodCompleted");
}

TEST_CASE("init containers come first") {
  auto pod =
      pod_of(R"({"restartPolicy":"Never","initContainers":[{"name":"one"}],"containers":[{"name":"web"}]})");
  auto s = generate_pod_status(input(pod, {container("one", running)}), now);
  CHECK(s.phase == "Pending");
  CHECK(condition(s, "Initialized") ==
        "False ContainersNotInitialized: containers with incomplete status: [one]");
  CHECK(s.container_statuses[0].state->waiting->reason == "PodInitializing");
  CHECK(generate_pod_status(input(pod, {container("one", exited, 1)}), now).phase == "Failed");
  s = generate_pod_status(input(pod, {container("web", running), container("one", exited, 0)}), now);
  CHECK(s.phase == "Running");
  CHECK(condition(s, "Initialized") == "True");
  CHECK(s.init_container_statuses[0].ready);
}

TEST_CASE("a pod the node gives up is Failed with the reason") {
  auto in = input(web(), {});
  in.view = {};
  in.failure = WaitingReason{"OutOfcpu", "Pod was rejected: Node didn't have enough resource: cpu"};
  const auto s = generate_pod_status(in, now);
  CHECK(s.phase == "Failed");
  CHECK(s.reason == "OutOfcpu");
  CHECK(condition(s, "Ready") == "False PodFailed");
}

TEST_CASE("containers that vanished are reported as lost") {
  auto in = input(web(), {container("web", running)});
  in.readiness["web"] = {true, true};
  in.pod.status = generate_pod_status(in, now);
  in.view.containers.clear();
  auto s = generate_pod_status(in, now);
  CHECK(s.container_statuses[0].last_state->terminated->reason == "ContainerStatusUnknown");
  CHECK(s.container_statuses[0].restart_count == 1);
  CHECK(s.container_statuses[0].state->waiting->reason == "ContainerCreating");
  in.terminal = in.finished = true;
  s = generate_pod_status(in, now);
  CHECK(s.phase == "Failed");
  CHECK(s.container_statuses[0].state->terminated->exit_code == 137);
}

TEST_CASE("QoS classes") {
  const auto qos = [](const std::string& resources) {
    return qos_class(pod_of(R"({"containers":[{"name":"a","resources":)" + resources + "}]}").spec);
  };
  CHECK(qos("{}") == "BestEffort");
  CHECK(qos(R"({"requests":{"cpu":"1"}})") == "Burstable");
  CHECK(qos(R"({"limits":{"cpu":"1","memory":"1Gi"}})") == "Guaranteed");
  CHECK(qos(R"({"limits":{"cpu":"1","memory":"1Gi"},"requests":{"cpu":"500m"}})") == "Burstable");
}
