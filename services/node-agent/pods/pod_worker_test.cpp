#include "node-agent/pods/pod_worker.hpp"
#include <algorithm>
#include <catch2/catch.hpp>
#include "client/testing/fake_rest_client.hpp"
#include "client/testing/run.hpp"
#include "node-agent/pods/fake_host.hpp"

using namespace node_agent::pods;
using namespace std::chrono_literals;
using client::testing::eventually;
namespace core = api::core::v1;

namespace {

/// A worker with everything around it.
struct Bench {
  explicit Bench(base::Executor ex, const std::string& spec)
      : api(std::make_shared<client::testing::FakeRestClient>(ex)),
        host(clock),
        statuses(ex, api),
        tasks(ex, "test"),
        context{ex,
                host,
                statuses,
                tasks,
                clock,
                [this](const core::Pod&, std::string, std::string, std::string reason, std::string message) {
                  events.push_back(reason + ": " + message);
                },
                "127.0.0.1"} {
    auto pod = api::parse<core::Pod>(
                   R"({"metadata":{"name":"web","namespace":"default","uid":"u1"},"spec":)" + spec + "}")
                   .value();
    pod.spec.node_name = "n";
    pod.status.phase = "Pending";
    worker = std::make_shared<PodWorker>(context, std::make_shared<core::Pod>(api->put(pod)));
    statuses.start();
    tasks.spawn("worker", [w = worker] { return w->run(); });
  }
  core::PodStatus status() { return api->find<core::Pod>("default", "web")->status; }
  bool called(const std::string& call) { return std::count(host.calls.begin(), host.calls.end(), call) > 0; }
  bool told(const std::string& start) {
    return std::any_of(events.begin(), events.end(), [&](const auto& e) { return e.starts_with(start); });
  }
  bool ready() {
    for (const auto& c : status().conditions)
      if (c.type == "Ready") return c.status == "True";
    return false;
  }
  void remove(std::int64_t grace) {
    auto pod = *worker->pod();
    pod.metadata.deletion_timestamp = api::Time{clock.now()};
    pod.metadata.deletion_grace_period_seconds = grace;
    api->put(pod);
    worker->update(std::make_shared<core::Pod>(pod));
  }
  base::Awaitable<void> stop() {
    tasks.cancel();
    co_await tasks.join();
    co_await statuses.stop();
  }

  base::ManualClock clock;
  std::shared_ptr<client::testing::FakeRestClient> api;
  testing::FakeHost host;
  node_agent::status::StatusManager statuses;
  base::TaskGroup tasks;
  std::vector<std::string> events;
  WorkerContext context;
  std::shared_ptr<PodWorker> worker;
};

void with(const std::string& spec, std::function<base::Awaitable<void>(Bench&)> body) {
  client::testing::run([&](base::Executor ex) -> base::Awaitable<void> {
    Bench bench(ex, spec);
    co_await body(bench);
    co_await bench.stop();
  });
}

const std::string plain = R"({"containers":[{"name":"web","image":"i"}]})";

}  // namespace

TEST_CASE("a pod is started, becomes ready, and is deleted with its grace period") {
  with(plain, [](Bench& b) -> base::Awaitable<void> {
    bool ok = co_await eventually([&] { return b.ready(); });
    CHECK(ok);
    CHECK(b.status().phase == "Running");
    CHECK(b.status().pod_ip == "127.1.0.9");
    CHECK(b.told("Started: Started container web"));
    b.remove(7);
    ok = co_await eventually([&] { return !b.api->find<core::Pod>("default", "web"); });
    CHECK(ok);
    CHECK(b.called("stop fake://2 7"));
    CHECK(b.called("clean up"));
    CHECK(b.told("Killing: Stopping container web"));
    CHECK(b.worker->finished());
  });
}

TEST_CASE("a container that ends is started at once, then with back-off") {
  with(plain, [](Bench& b) -> base::Awaitable<void> {
    const auto restarts = [&](int n) {
      return b.ready() && b.status().container_statuses.at(0).restart_count == n;
    };
    bool ok = co_await eventually([&] { return restarts(0); });
    CHECK(ok);
    b.host.exit("u1", "web", 1);
    b.worker->wake();
    ok = co_await eventually([&] { return restarts(1); });
    CHECK(ok);
    b.host.exit("u1", "web", 1);
    b.worker->wake();
    ok = co_await eventually([&] {
      const auto s = b.status().container_statuses.at(0);
      return s.state->waiting && s.state->waiting->reason == "CrashLoopBackOff";
    });
    CHECK(ok);
    CHECK(b.told("BackOff: Back-off restarting failed container web in pod web_default(u1)"));
    CHECK(b.status().container_statuses[0].state->waiting->message ==
          "back-off 10s restarting failed container=web pod=web_default(u1)");
    b.clock.advance(10s);
    b.worker->wake();
    ok = co_await eventually([&] { return restarts(2); });
    CHECK(ok);
    CHECK(b.status().container_statuses[0].last_state->terminated->exit_code == 1);
  });
}

TEST_CASE("preStop comes before the stop, and takes from its time") {
  with(R"({"containers":[{"name":"web","lifecycle":{"preStop":{"exec":{"command":["bye"]}}}}]})",
       [](Bench& b) -> base::Awaitable<void> {
         bool ok = co_await eventually([&] { return b.ready(); });
         b.remove(30);
         ok = co_await eventually([&] { return b.worker->finished(); });
         CHECK(ok);
         const auto at = [&](const std::string& c) {
           return std::find(b.host.calls.begin(), b.host.calls.end(), c);
         };
         CHECK(at("exec bye") < at("stop fake://2 30"));
       });
}

TEST_CASE("a failing liveness probe restarts the container") {
  with(
      R"({"containers":[{"name":"web","livenessProbe":{"exec":{"command":["check"]},"failureThreshold":1,"periodSeconds":1}}]})",
      [](Bench& b) -> base::Awaitable<void> {
        b.host.exec_exit_code = 1;
        const bool ok = co_await eventually([&] { return b.called("stop fake://2 30"); });
        CHECK(ok);
        CHECK(b.told("Unhealthy: Liveness probe failed"));
        CHECK(b.told("Killing: Container web failed liveness probe, will be restarted"));
      });
}

TEST_CASE("a pod that cannot be prepared or started says why") {
  with(plain, [](Bench& b) -> base::Awaitable<void> {
    bool ok = co_await eventually([&] { return b.ready(); });
    b.host.fail_start = {"CreateContainerConfigError", "configmap \"x\" not found"};
    b.host.exit("u1", "web", 1);
    b.worker->wake();
    ok = co_await eventually([&] {
      const auto s = b.status();
      const auto& waiting = s.container_statuses.at(0).state->waiting;
      return waiting && waiting->reason == "CreateContainerConfigError";
    });
    CHECK(ok);
    CHECK(b.told("Failed: Error: configmap \"x\" not found"));
    b.host.fail_start = {};
    b.clock.advance(10s);
    b.worker->wake();
    ok = co_await eventually([&] { return b.ready(); });
    CHECK(ok);
  });
}

TEST_CASE("volumes of a running pod are prepared again, and a failure does not end it") {
  with(plain, [](Bench& b) -> base::Awaitable<void> {
    bool ok = co_await eventually([&] { return b.ready(); });
    b.host.fail_prepare.reason = "FailedMount";
    b.host.fail_prepare.message = "configmap \"x\" not found";
    b.worker->wake();
    ok = co_await eventually([&] { return b.told("FailedMount: configmap \"x\" not found"); });
    CHECK(ok);
    CHECK(b.ready());
    CHECK(b.worker->active());
  });
}

TEST_CASE("an image that cannot be had is told by its reason") {
  with(plain, [](Bench& b) -> base::Awaitable<void> {
    bool ok = co_await eventually([&] { return b.ready(); });
    b.events.clear();
    b.host.fail_start = {"ErrImagePull", "no such image"};
    b.host.fail_start_error = "ErrImagePull";
    b.host.exit("u1", "web", 1);
    b.worker->wake();
    ok = co_await eventually([&] { return b.told("Failed: Error: ErrImagePull"); });
    CHECK(ok);
    CHECK_FALSE(b.told("Created"));
  });
}

TEST_CASE("a job's pod ends as Succeeded and stays until it is deleted") {
  with(R"({"restartPolicy":"Never","containers":[{"name":"web"}]})", [](Bench& b) -> base::Awaitable<void> {
    bool ok = co_await eventually([&] { return b.ready(); });
    b.host.exit("u1", "web", 0);
    b.worker->wake();
    ok = co_await eventually([&] { return b.status().phase == "Succeeded"; });
    CHECK(ok);
    CHECK_FALSE(b.worker->active());
    CHECK_FALSE(b.called("clean up"));
    CHECK(b.status().container_statuses[0].state->terminated->reason == "Completed");
  });
}

TEST_CASE("a deadline fails the pod") {
  with(R"({"activeDeadlineSeconds":5,"containers":[{"name":"web"}]})", [](Bench& b) -> base::Awaitable<void> {
    bool ok = co_await eventually([&] { return b.ready(); });
    b.clock.advance(5s);
    b.worker->wake();
    ok = co_await eventually([&] { return b.status().phase == "Failed"; });
    CHECK(ok);
    CHECK(b.status().reason == "DeadlineExceeded");
  });
}
