#include "scheduler/service/scheduler.hpp"
#include <catch2/catch.hpp>
#include "client/testing/fake_rest_client.hpp"
#include "client/testing/run.hpp"
#include "scheduler/testing_objects.hpp"

namespace scheduler {
namespace {

using namespace std::chrono_literals;
using api::core::v1::Event;
using api::core::v1::Pod;
using client::testing::FakeRestClient;
using testing::node;
using testing::pod;

/// A scheduler over a server in memory.
struct World {
  explicit World(base::Executor ex)
      : api(std::make_shared<FakeRestClient>(ex)), scheduler(ex, api, metrics, {}), tasks(ex, "test") {}
  void start() {
    scheduler.watch();
    tasks.spawn("scheduler", [this] { return scheduler.run(); });
  }
  base::Awaitable<void> stop() {
    tasks.cancel();
    co_await tasks.join();
    co_await scheduler.stop();
  }
  std::string node_of(const std::string& name) const {
    return api->find<Pod>("default", name)->spec.node_name;
  }
  std::string event(const std::string& reason) const {
    for (const auto& e : api->all<Event>())
      if (e.reason == reason) return e.message;
    return "";
  }
  base::Awaitable<bool> until(std::function<bool()> condition) {
    co_return co_await client::testing::eventually(std::move(condition));
  }

  base::metrics::Registry metrics;
  std::shared_ptr<FakeRestClient> api;
  Scheduler scheduler;
  base::TaskGroup tasks;
};

TEST_CASE("a pod is bound to a node that fits, and an event says so") {
  client::testing::run([](base::Executor ex) -> base::Awaitable<void> {
    World w(ex);
    w.api->put(node("small", "1"));
    w.api->put(node("large", "4"));
    w.api->put(pod("a", "2"));
    w.start();
    std::function<bool()> bound = [&] { return w.node_of("a") == "large" && !w.event("Scheduled").empty(); };
    const bool ok = co_await w.until(bound);
    CHECK(ok);
    CHECK(w.event("Scheduled") == "Successfully assigned default/a to large");
    co_await w.stop();
    CHECK(w.metrics.expose().find(
              "scheduler_schedule_attempts_total{profile=\"default-scheduler\",result=\"scheduled\"} 1") !=
          std::string::npos);
  });
}

TEST_CASE("a pod that fits nowhere says why and is tried again when a node comes that may help") {
  client::testing::run([](base::Executor ex) -> base::Awaitable<void> {
    World w(ex);
    auto tainted = node("tainted");
    tainted.spec.taints.emplace_back().key = "role";
    tainted.spec.taints.back().effect = "NoSchedule";
    w.api->put(tainted);
    w.api->put(node("small", "1"));
    w.api->put(pod("a", "2"));
    w.start();
    std::function<bool()> refused = [&] {
      return !w.api->find<Pod>("default", "a")->status.conditions.empty();
    };
    bool ok = co_await w.until(refused);
    CHECK(ok);
    const auto condition = w.api->find<Pod>("default", "a")->status.conditions.front();
    const std::string why =
        "0/2 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint(s). preemption: "
        "0/2 nodes are available: 2 Preemption is not helpful for scheduling.";
    CHECK(condition.type == "PodScheduled");
    CHECK(condition.status == "False");
    CHECK(condition.reason == "Unschedulable");
    CHECK(condition.message == why);
    std::function<bool()> told = [&] { return w.event("FailedScheduling") == why; };
    ok = co_await w.until(told);
    CHECK(ok);
    w.api->put(node("large", "4"));
    std::function<bool()> bound = [&] { return w.node_of("a") == "large"; };
    ok = co_await w.until(bound);
    CHECK(ok);
    co_await w.stop();
  });
}

TEST_CASE("with no nodes pods wait; a failed binding is tried again, elsewhere pods see the place as free") {
  client::testing::run([](base::Executor ex) -> base::Awaitable<void> {
    World w(ex);
    w.api->put(pod("a", "3"));
    w.start();
    std::function<bool()> told = [&] {
      return w.event("FailedScheduling") == "no nodes available to schedule pods";
    };
    bool ok = co_await w.until(told);
    CHECK(ok);
    w.api->fail_next("create", "pods", base::Error(base::Errc::unavailable, "down"));
    w.api->put(node("n", "4"));
    std::function<bool()> bound = [&] { return w.node_of("a") == "n"; };
    ok = co_await w.until(bound);
    CHECK(ok);
    w.api->put(pod("b", "3"));
    std::function<bool()> refused = [&] {
      return !w.api->find<Pod>("default", "b")->status.conditions.empty();
    };
    ok = co_await w.until(refused);
    CHECK(ok);
    client::DeleteOptions now;
    now.grace_period_seconds = 0;
    auto gone = co_await w.api->remove<Pod>("default", "a", now);
    CHECK(gone.has_value());
    std::function<bool()> follows = [&] { return w.node_of("b") == "n"; };
    ok = co_await w.until(follows);
    CHECK(ok);
    co_await w.stop();
  });
}

TEST_CASE("a pod of higher priority makes room for itself") {
  client::testing::run([](base::Executor ex) -> base::Awaitable<void> {
    World w(ex);
    w.api->put(node("n", "4"));
    for (auto name : {"low-1", "low-2"}) {
      auto p = pod(name, "2");
      p.spec.node_name = "n";
      w.api->put(p);
    }
    auto p = pod("high", "2");
    p.spec.priority = 100;
    w.api->put(p);
    w.start();
    const auto victim = [&]() -> std::string {
      for (const auto& v : w.api->all<Pod>())
        if (v.metadata.deletion_timestamp) return v.metadata.name;
      return "";
    };
    std::function<bool()> nominated = [&] {
      return w.api->find<Pod>("default", "high")->status.nominated_node_name == "n" && !victim().empty() &&
             !w.event("Preempted").empty();
    };
    bool ok = co_await w.until(nominated);
    CHECK(ok);
    CHECK(w.event("Preempted") == "Preempted by pod uid-high on node n");
    w.api->put(pod("other", "2"));
    client::DeleteOptions now;
    now.grace_period_seconds = 0;
    std::string name = victim();
    auto gone = co_await w.api->remove<Pod>("default", name, now);
    CHECK(gone.has_value());
    std::function<bool()> bound = [&] { return w.node_of("high") == "n"; };
    ok = co_await w.until(bound);
    CHECK(ok);
    CHECK(w.node_of("other").empty());
    CHECK(w.api->all<Pod>().size() == 3);
    co_await w.stop();
  });
}

TEST_CASE("pods of other schedulers and gated pods are left alone") {
  client::testing::run([](base::Executor ex) -> base::Awaitable<void> {
    World w(ex);
    w.api->put(node("n"));
    auto other = pod("other");
    other.spec.scheduler_name = "mine";
    w.api->put(other);
    auto gated = pod("gated");
    gated.spec.scheduling_gates.emplace_back().name = "wait";
    w.api->put(gated);
    w.api->put(pod("plain"));
    w.start();
    std::function<bool()> bound = [&] { return w.node_of("plain") == "n"; };
    bool ok = co_await w.until(bound);
    CHECK(ok);
    CHECK(w.node_of("other").empty());
    CHECK(w.node_of("gated").empty());
    gated = *w.api->find<Pod>("default", "gated");
    gated.spec.scheduling_gates.clear();
    w.api->put(gated);
    std::function<bool()> opened = [&] { return w.node_of("gated") == "n"; };
    ok = co_await w.until(opened);
    CHECK(ok);
    CHECK(w.node_of("other").empty());
    co_await w.stop();
  });
}

}  // namespace
}  // namespace scheduler
