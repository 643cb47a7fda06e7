#include "node-agent/host/runtime_host.hpp"
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include "client/testing/fake_rest_client.hpp"
#include "client/testing/run.hpp"
#include "node-agent/host/fake_runtime.hpp"
#include "node-agent/objects/fake_objects.hpp"
#include "node-agent/runtime/hollow/hollow_runtime.hpp"
#include "node-agent/volumes/pod_volumes.hpp"
#include "node-agent/volumes/testing.hpp"

using namespace node_agent;
using namespace node_agent::host;
using namespace std::chrono_literals;
using volumes::testing::TempDirectory;
namespace fs = std::filesystem;
namespace core = api::core::v1;
using State = status::ContainerView::State;

namespace {

struct Bench {
  explicit Bench(base::Executor ex)
      : runtime(clock),
        tokens(std::make_shared<client::testing::FakeRestClient>(ex), clock),
        volumes(ex, objects, tokens, dir.path()),
        host(context(ex), options()) {
    objects.put("ns", "conf", {{"color", "blue"}});
    runtime.images = {"img"};
  }
  HostContext context(base::Executor ex) {
    return {
        runtime,
        volumes,
        objects,
        nullptr,
        clock,
        ex,
        [this](const core::Pod&, std::string path, std::string type, std::string reason,
               std::string message) { events.push_back(path + " " + type + " " + reason + ": " + message); }};
  }
  HostOptions options() {
    HostOptions o;
    o.root = dir.path();
    o.host_ips = {"192.168.0.9"};
    o.cluster_dns = {"10.96.0.10"};
    o.memory_capacity_bytes = std::int64_t{1} << 30;
    o.image_user = 0;
    return o;
  }
  bool told(const std::string& event) { return std::count(events.begin(), events.end(), event) > 0; }

  TempDirectory dir;
  base::ManualClock clock;
  host::testing::FakeRuntime runtime;
  objects::testing::FakeObjects objects;
  objects::Tokens tokens;
  volumes::PodVolumes volumes;
  std::vector<std::string> events;
  RuntimeHost host;
};

pods::PodHost::PodPtr pod_of(const std::string& container, const std::string& more = "") {
  return std::make_shared<core::Pod>(
      api::parse<core::Pod>(R"({"metadata":{"name":"web","namespace":"ns","uid":"u1"},"spec":{)" + more +
                            R"("containers":[)" + container + "]}}")
          .value());
}
const std::string plain =
    R"({"name":"c","image":"img","imagePullPolicy":"IfNotPresent","terminationMessagePath":"/dev/termination-log",
        "terminationMessagePolicy":"FallbackToLogsOnError"})";
const std::string prefix = "spec.containers{c} ";

/// Everything up to the start of the first container.
base::Awaitable<pods::PodHost::Started> bring_up(Bench& b, pods::PodHost::PodPtr pod, int restarts = 0) {
  pods::PodHost::Started out;
  const auto prepared = co_await b.host.prepare(pod);
  CHECK(prepared.message == "");
  if (b.runtime.sandboxes.empty()) {
    const auto made = co_await b.host.create_sandbox(pod, 0);
    CHECK(made.message == "");
  }
  const auto view = co_await b.host.look("u1");
  const auto sandbox = view->sandboxes.at(0);
  const auto container = pod->spec.containers[0];
  out = co_await b.host.start_container(pod, container, sandbox, restarts);
  co_return out;
}

void with(std::function<base::Awaitable<void>(Bench&)> body) {
  client::testing::run([&](base::Executor ex) -> base::Awaitable<void> {
    Bench bench(ex);
    co_await body(bench);
  });
}

const runtime::Mount* mount_at(const runtime::ContainerConfig& c, const std::string& path) {
  for (const auto& m : c.mounts)
    if (m.container_path == path) return &m;
  return nullptr;
}

}  // namespace

TEST_CASE("a pod comes up, is seen, and is cleaned up") {
  with([](Bench& b) -> base::Awaitable<void> {
    const auto pod = pod_of(
        R"x({"name":"c","image":"img","imagePullPolicy":"IfNotPresent","command":["run","$(COLOR)"],
          "terminationMessagePath":"/dev/termination-log","resources":{"limits":{"cpu":"1","memory":"64Mi"}},
          "env":[{"name":"COLOR","valueFrom":{"configMapKeyRef":{"name":"conf","key":"color"}}},
                 {"name":"IP","valueFrom":{"fieldRef":{"fieldPath":"status.podIP"}}}],
          "volumeMounts":[{"name":"v","mountPath":"/conf"}]})x",
        R"("volumes":[{"name":"v","configMap":{"name":"conf"}}],"subdomain":"sub",)");
    const auto started = co_await bring_up(b, pod);
    CHECK(started.id == "fake://c2");
    CHECK(started.failure.reason == "");
    CHECK(b.told(prefix + "Normal Pulled: Container image \"img\" already present on machine"));

    const auto& sandbox = b.runtime.sandboxes.at(0).config;
    CHECK(sandbox.hostname == "web");
    CHECK(sandbox.log_directory == b.dir / "logs/pods/ns_web_u1");
    CHECK(sandbox.dns_servers == std::vector<std::string>{"10.96.0.10"});
    CHECK(sandbox.dns_searches.at(0) == "ns.svc.cluster.local");
    const auto& config = b.runtime.find("c")->config;
    CHECK(config.command.at(1) == "blue");
    CHECK(config.envs.at(1).second == "10.9.0.1");
    CHECK(config.log_path == "c/0.log");
    CHECK(config.resources.cpu_quota_us == 100'000);
    CHECK(config.resources.oom_score_adj == -997);
    CHECK(volumes::testing::read(mount_at(config, "/conf")->host_path + "/color") == "blue");
    CHECK_FALSE(mount_at(config, "/conf")->optional);
    REQUIRE(mount_at(config, "/etc/hosts"));
    CHECK(mount_at(config, "/etc/hosts")->optional);
    const auto hosts = volumes::testing::read(mount_at(config, "/etc/hosts")->host_path);
    CHECK(hosts.find("10.9.0.1\tweb.sub.ns.svc.cluster.local\tweb\n") != std::string::npos);
    CHECK(fs::exists(mount_at(config, "/dev/termination-log")->host_path));

    auto view = co_await b.host.look("u1");
    REQUIRE(view->containers.size() == 1);
    CHECK(view->containers[0].id == "fake://c2");
    CHECK(view->containers[0].sandbox_id == view->sandboxes[0].id);
    CHECK(view->containers[0].state == State::running);
    CHECK(view->containers[0].image_id == "ref:img");
    CHECK(view->sandboxes[0].ips.at(0) == "10.9.0.1");
    auto present = co_await b.host.pods_present();
    REQUIRE(present->size() == 1);
    CHECK((*present)[0].name == "web");
    CHECK(b.objects.retained.contains("u1"));

    auto done = co_await b.host.stop_container("fake://c2", 1s);
    CHECK(done.has_value());
    done = co_await b.host.stop_container("fake://gone", 1s);
    CHECK(done.has_value());
    done = co_await b.host.stop_sandbox("s1");
    CHECK(done.has_value());
    done = co_await b.host.clean_up("u1");
    CHECK(done.has_value());
    CHECK(b.runtime.sandboxes.empty());
    CHECK_FALSE(fs::exists(b.dir / "pods/u1"));
    CHECK_FALSE(fs::exists(b.dir / "logs/pods/ns_web_u1"));
    CHECK(b.objects.retained.empty());
    present = co_await b.host.pods_present();
    CHECK(present->empty());
  });
}

TEST_CASE("last words of an ended container, and its removal") {
  with([](Bench& b) -> base::Awaitable<void> {
    const auto pod = pod_of(plain);
    auto started = co_await bring_up(b, pod);
    const auto log = b.runtime.find("c")->log_path;
    CHECK(log == b.dir / "logs/pods/ns_web_u1/c/0.log");
    volumes::testing::write(log, "2026-01-02T03:04:05Z stderr F no luck\n");
    b.runtime.exit("c", 1);
    auto view = co_await b.host.look("u1");
    CHECK(view->containers[0].exit_code == 1);
    CHECK(view->containers[0].message == "no luck\n");
    started = co_await bring_up(b, pod, 1);
    const auto message = mount_at(b.runtime.find("c")->config, "/dev/termination-log")->host_path;
    volumes::testing::write(message, "good bye");
    b.runtime.exit("c", 0);
    b.runtime.find("c")->message = "signal 9";
    view = co_await b.host.look("u1");
    CHECK(view->containers[0].message == "signal 9: good bye");
    CHECK(view->containers[0].restart_count == 1);
    CHECK(view->containers[1].message == "no luck\n");

    auto removed = co_await b.host.remove_container("fake://c2");
    CHECK(removed.has_value());
    CHECK_FALSE(fs::exists(log));
    CHECK(fs::exists(message));
    removed = co_await b.host.remove_container("fake://c2");
    CHECK(removed.has_value());
  });
}

TEST_CASE("what keeps a container from running") {
  with([](Bench& b) -> base::Awaitable<void> {
    auto started = co_await bring_up(b, pod_of(R"({"name":"c","image":"img","imagePullPolicy":"Never",
      "envFrom":[{"configMapRef":{"name":"no"}}]})"));
    CHECK(started.failure.reason == "CreateContainerConfigError");
    CHECK(started.failure.message == "configmap \"no\" not found");
    started = co_await bring_up(b, pod_of(R"({"name":"c","image":"img","imagePullPolicy":"Never"})",
                                          R"("securityContext":{"runAsNonRoot":true},)"));
    CHECK(started.failure.reason == "CreateContainerConfigError");
    CHECK(started.failure.message.starts_with("container has runAsNonRoot and image will run as root"));
    CHECK(started.id == "");
    b.runtime.fails["create_container"] = base::Error(base::Errc::invalid_argument, "no command specified");
    started = co_await bring_up(b, pod_of(plain));
    CHECK(started.failure == status::WaitingReason{"CreateContainerError", "no command specified"});
    b.runtime.fails.clear();
    b.runtime.fails["start_container"] = base::Error(base::Errc::invalid_argument, "exec: no such file");
    started = co_await bring_up(b, pod_of(plain));
    CHECK(started.failure == status::WaitingReason{"RunContainerError", "exec: no such file"});
    CHECK(started.id.starts_with("fake://"));

    b.runtime.fails["run_pod_sandbox"] = base::Error(base::Errc::internal, "no address");
    const auto pod = pod_of(plain);
    const auto failed = co_await b.host.create_sandbox(pod, 1);
    CHECK(failed.reason == "FailedCreatePodSandBox");
    CHECK(failed.message == "Failed to create pod sandbox: no address");
    const auto broken = pod_of(R"({"name":"c","volumeMounts":[{"name":"v","mountPath":"/v"}]})",
                               R"("volumes":[{"name":"v","secret":{"secretName":"none"}}],)");
    const auto unprepared = co_await b.host.prepare(broken);
    CHECK(unprepared.reason == "FailedMount");
    CHECK(unprepared.message == "MountVolume.SetUp failed for volume \"v\" : secret \"none\" not found");
  });
}

TEST_CASE("images are pulled by their policy, with back-off") {
  with([](Bench& b) -> base::Awaitable<void> {
    const auto with_image = [](const std::string& image, const std::string& policy) {
      return pod_of(R"({"name":"c","image":")" + image + R"(","imagePullPolicy":")" + policy + "\"}");
    };
    auto started = co_await bring_up(b, with_image("other", "Never"));
    CHECK(started.failure.reason == "ErrImageNeverPull");
    CHECK(started.error == "ErrImageNeverPull");
    CHECK(b.told(prefix +
                 "Warning ErrImageNeverPull: Container image \"other\" is not present with pull policy "
                 "of Never"));
    started = co_await bring_up(b, with_image("img", "Always"));
    CHECK(started.failure.reason == "");
    CHECK(b.runtime.pulled == std::vector<std::string>(1, "img"));
    CHECK(b.told(prefix + "Normal Pulling: Pulling image \"img\""));
    CHECK(b.told(prefix + "Normal Pulled: Successfully pulled image \"img\" in 0s (0s including waiting)"));

    const auto pod = with_image("far", "IfNotPresent");
    b.runtime.fails["pull_image"] = base::Error(base::Errc::not_found, "no such image");
    started = co_await bring_up(b, pod);
    CHECK(started.failure == status::WaitingReason{"ErrImagePull", "no such image"});
    CHECK(started.error == "ErrImagePull");
    CHECK(b.told(prefix + "Warning Failed: Failed to pull image \"far\": no such image"));
    started = co_await bring_up(b, pod);
    CHECK(started.failure.reason == "ImagePullBackOff");
    CHECK(started.failure.message == "Back-off pulling image \"far\": ErrImagePull: no such image");
    CHECK(b.told(prefix + "Normal BackOff: Back-off pulling image \"far\""));
    b.clock.advance(10s);
    started = co_await bring_up(b, pod);
    CHECK(started.failure.reason == "ErrImagePull");
    b.clock.advance(19s);
    started = co_await bring_up(b, pod);
    CHECK(started.failure.reason == "ImagePullBackOff");
    b.clock.advance(1s);
    b.runtime.fails.clear();
    started = co_await bring_up(b, pod);
    CHECK(started.failure.reason == "");
  });
}

TEST_CASE("commands in containers") {
  const std::vector<std::string> command{"check"};
  with([&](Bench& b) -> base::Awaitable<void> {
    const auto started = co_await bring_up(b, pod_of(plain));
    b.runtime.exec_result.exit_code = 3;
    b.runtime.exec_result.out = std::string(10 * 1024, 'x');
    b.runtime.exec_result.err = "y";
    auto ran = co_await b.host.exec(started.id, command, 1s);
    REQUIRE(ran.has_value());
    CHECK(ran->exit_code == 3);
    CHECK(ran->output.size() == 10 * 1024);
    b.runtime.fails["exec_sync"] = base::Error(base::Errc::deadline_exceeded, "too long");
    ran = co_await b.host.exec(started.id, command, 1s);
    CHECK(ran.error().is(base::Errc::deadline_exceeded));
    CHECK(b.host.runtime_id("fake://x") == "x");
    CHECK(b.host.runtime_id("x") == "x");
  });
}

TEST_CASE("what is left of a pod is found and removed after a restart") {
  with([](Bench& b) -> base::Awaitable<void> {
    const auto started = co_await bring_up(b, pod_of(plain));
    b.runtime.sandboxes.clear();
    b.runtime.containers.clear();
    auto present = co_await b.host.pods_present();
    REQUIRE(present->size() == 1);
    CHECK((*present)[0].uid == "u1");
    CHECK((*present)[0].ns == "ns");
    auto done = co_await b.host.clean_up("u1");
    CHECK(done.has_value());
    present = co_await b.host.pods_present();
    CHECK(present->empty());
  });
}

TEST_CASE("a clean-up that fails may be repeated") {
  with([](Bench& b) -> base::Awaitable<void> {
    const auto started = co_await bring_up(b, pod_of(plain));
    b.runtime.fails["remove_pod_sandbox"] = base::Error(base::Errc::internal, "busy");
    auto done = co_await b.host.clean_up("u1");
    CHECK_FALSE(done.has_value());
    CHECK(b.objects.retained.contains("u1"));
    b.runtime.fails.clear();
    done = co_await b.host.clean_up("u1");
    CHECK(done.has_value());
  });
}

TEST_CASE("a hollow node writes nothing") {
  client::testing::run([](base::Executor ex) -> base::Awaitable<void> {
    base::ManualClock clock;
    runtime::hollow::HollowRuntime runtime(clock, "10.3.0.0/24");
    volumes::HollowVolumes volumes;
    objects::testing::FakeObjects objects;
    HostContext context{runtime,
                        volumes,
                        objects,
                        nullptr,
                        clock,
                        ex,
                        [](const core::Pod&, std::string, std::string, std::string, std::string) {}};
    RuntimeHost host(std::move(context), HostOptions());
    const auto pod = pod_of(R"({"name":"c","image":"i","volumeMounts":[{"name":"v","mountPath":"/v"}]})",
                            R"("volumes":[{"name":"v","secret":{"secretName":"none"}}],)");
    const auto prepared = co_await host.prepare(pod);
    CHECK(prepared.reason == "");
    const auto made = co_await host.create_sandbox(pod, 0);
    CHECK(made.reason == "");
    auto view = co_await host.look("u1");
    const auto sandbox = view->sandboxes.at(0);
    const auto container = pod->spec.containers[0];
    const auto started = co_await host.start_container(pod, container, sandbox, 0);
    CHECK(started.failure.reason == "");
    CHECK(started.id.starts_with("hollow://"));
    auto done = co_await host.remove_container(started.id);
    CHECK(done.has_value());
    done = co_await host.clean_up("u1");
    CHECK(done.has_value());
    view = co_await host.look("u1");
    CHECK(view->sandboxes.empty());
  });
}
