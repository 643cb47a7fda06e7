#include "node-agent/pods/actions.hpp"
#include <catch2/catch.hpp>
#include "node-agent/pods/restart_backoff.hpp"

using namespace node_agent::pods;
using namespace std::chrono_literals;
using node_agent::status::ContainerView;
using node_agent::status::PodView;
using node_agent::status::Readiness;
namespace core = api::core::v1;
using State = ContainerView::State;

namespace {

core::Pod pod_of(const std::string& spec) {
  return api::parse<core::Pod>(R"({"metadata":{"name":"web","namespace":"default"},"spec":)" + spec + "}")
      .value();
}

core::Pod one(const std::string& policy) {
  return pod_of(R"({"restartPolicy":")" + policy + R"(","containers":[{"name":"web","image":"i"}]})");
}

/// A view with a ready sandbox.
PodView view_of(std::vector<ContainerView> containers) {
  PodView v;
  v.sandboxes.resize(1);
  v.sandboxes[0].id = "s";
  v.sandboxes[0].ready = true;
  v.sandboxes[0].ips = {"127.1.0.2"};
  v.containers = std::move(containers);
  return v;
}

ContainerView container(std::string name, State state, int exit_code = 0) {
  ContainerView c;
  c.id = "id-" + name;
  c.name = std::move(name);
  c.sandbox_id = "s";
  c.state = state;
  c.exit_code = exit_code;
  return c;
}

using Indices = std::vector<std::size_t>;

}  // namespace

TEST_CASE("a new pod gets a sandbox and its containers") {
  const auto a = compute_pod_actions(one("Always"), {}, {});
  CHECK(a.create_sandbox);
  CHECK(a.sandbox_attempt == 0);
  CHECK(a.to_start == Indices{0});
}

TEST_CASE("nothing to do for a pod that runs") {
  CHECK(compute_pod_actions(one("Always"), view_of({container("web", State::running)}), {}) == PodActions{});
}

TEST_CASE("restart policies") {
  const auto start = [](const std::string& policy, int exit_code) {
    return compute_pod_actions(one(policy), view_of({container("web", State::exited, exit_code)}), {});
  };
  CHECK(start("Always", 0).to_start == Indices{0});
  CHECK(start("OnFailure", 1).to_start == Indices{0});
  CHECK(start("OnFailure", 0).kill_pod);
  CHECK(start("Never", 1).kill_pod);
  CHECK(start("Never", 1).to_start.empty());
}

TEST_CASE("a lost sandbox is made again, unless the pod is not to be restarted") {
  auto v = view_of({container("web", State::exited, 137)});
  v.sandboxes[0].ready = false;
  auto a = compute_pod_actions(one("Always"), v, {});
  CHECK(a.kill_pod);
  CHECK(a.create_sandbox);
  CHECK(a.sandbox_attempt == 1);
  CHECK(a.to_start == Indices{0});
  a = compute_pod_actions(one("Never"), v, {});
  CHECK(a.kill_pod);
  CHECK_FALSE(a.create_sandbox);
  v.containers[0].exit_code = 0;
  CHECK_FALSE(compute_pod_actions(one("OnFailure"), v, {}).create_sandbox);
}

TEST_CASE("containers of an earlier sandbox do not count") {
  auto old = container("web", State::exited, 137);
  old.sandbox_id = "earlier";
  CHECK(compute_pod_actions(one("Always"), view_of({old}), {}).to_start == Indices{0});
}

TEST_CASE("init containers run one after the other") {
  const auto pod = pod_of(R"({"initContainers":[{"name":"a"},{"name":"b"}],"containers":[{"name":"web"}]})");
  auto a = compute_pod_actions(pod, {}, {});
  CHECK(a.create_sandbox);
  CHECK(a.init_to_start == Indices{0});
  CHECK(a.to_start.empty());
  CHECK(compute_pod_actions(pod, view_of({container("a", State::running)}), {}) == PodActions{});
  a = compute_pod_actions(pod, view_of({container("a", State::exited)}), {});
  CHECK(a.init_to_start == Indices{1});
  a = compute_pod_actions(pod, view_of({container("a", State::exited, 1)}), {});
  CHECK(a.init_to_start == Indices{0});
  a = compute_pod_actions(pod, view_of({container("b", State::exited), container("a", State::exited)}), {});
  CHECK(a.init_to_start.empty());
  CHECK(a.to_start == Indices{0});
  // Once the pod has begun, init containers that were cleaned away are not run again.
  CHECK(compute_pod_actions(pod, view_of({container("web", State::running)}), {}) == PodActions{});
}

TEST_CASE("a failed init container fails a pod that is never restarted") {
  const auto pod =
      pod_of(R"({"restartPolicy":"Never","initContainers":[{"name":"a"}],"containers":[{"name":"web"}]})");
  const auto a = compute_pod_actions(pod, view_of({container("a", State::exited, 1)}), {});
  CHECK(a.kill_pod);
  CHECK_FALSE(a.create_sandbox);
}

TEST_CASE("a sidecar starts before what follows it, and runs on") {
  const auto pod = pod_of(
      R"({"initContainers":[{"name":"side","restartPolicy":"Always"}],"containers":[{"name":"web"}]})");
  CHECK(compute_pod_actions(pod, view_of({container("side", State::running)}), {}).to_start.empty());
  const std::map<std::string, Readiness> started{{"side", {true, true}}};
  CHECK(compute_pod_actions(pod, view_of({container("side", State::running)}), started).to_start ==
        Indices{0});
  const auto a = compute_pod_actions(
      pod, view_of({container("side", State::exited), container("web", State::running)}), {});
  CHECK(a.init_to_start == Indices{0});
}

TEST_CASE("a failed probe kills and restarts as the policy says") {
  std::map<std::string, Readiness> failed{{"web", {true, true, Readiness::Health::failed_liveness}}};
  const auto v = view_of({container("web", State::running)});
  auto a = compute_pod_actions(one("Always"), v, failed);
  REQUIRE(a.to_kill.size() == 1);
  CHECK(a.to_kill[0].message == "Container web failed liveness probe, will be restarted");
  CHECK(a.to_start == Indices{0});
  failed["web"].health = Readiness::Health::failed_startup;
  CHECK(compute_pod_actions(one("Always"), v, failed).to_kill[0].failed_startup);
}

TEST_CASE("a new image restarts the container in place") {
  auto pod = one("Always");
  auto running = container("web", State::running);
  running.spec_hash = spec_hash(pod.spec.containers[0]);
  CHECK(compute_pod_actions(pod, view_of({running}), {}) == PodActions{});
  pod.spec.containers[0].image = "j";
  const auto a = compute_pod_actions(pod, view_of({running}), {});
  CHECK(a.to_kill.at(0).message == "Container web definition changed, will be restarted");
  CHECK(a.to_start == Indices{0});
}

TEST_CASE("back-off: at once, 10 s, doubled up to 5 minutes, and forgotten after 10") {
  RestartBackoff b;
  base::SystemTime t{1000s};
  CHECK_FALSE(b.check("web", t, t));
  for (const auto expected : {10s, 20s, 40s, 80s, 160s, 300s, 300s}) {
    b.restarted("web", t);
    const auto wait = b.check("web", t, t + 1s);
    REQUIRE(wait);
    CHECK(wait->delay == expected);
    CHECK(wait->until == t + expected);
    t += expected;
    CHECK_FALSE(b.check("web", t - expected, t));
  }
  CHECK_FALSE(b.check("web", t + 11min, t + 11min));
  b.restarted("web", t + 11min);
  CHECK(b.check("web", t + 11min, t + 11min)->delay == 10s);
  CHECK_FALSE(b.check("other", t, t));
}
