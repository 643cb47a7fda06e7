#include "node-agent/runtime/hollow/hollow_runtime.hpp"
#include <catch2/catch.hpp>
#include <set>
#include "client/testing/run.hpp"
#include "node-agent/runtime/hollow/address_range.hpp"

using namespace node_agent::runtime;
using namespace node_agent::runtime::hollow;
using namespace std::chrono_literals;

namespace {

PodSandboxConfig sandbox(const std::string& uid) {
  PodSandboxConfig c;
  c.ns = "default";
  c.name = "web";
  c.uid = uid;
  return c;
}
ContainerConfig container(const std::string& name, int attempt = 0) {
  ContainerConfig c;
  c.name = name;
  c.image = "img";
  c.attempt = attempt;
  c.spec_hash = "hash";
  return c;
}

}  // namespace

TEST_CASE("a hollow container runs until it is stopped") {
  const std::vector<std::string> check{"check"};
  client::testing::run([&](base::Executor) -> base::Awaitable<void> {
    base::ManualClock clock;
    HollowRuntime runtime(clock, "10.0.0.0/24");
    std::string told;
    auto started = co_await runtime.start([&](const std::string& uid) { told += uid + " "; });
    CHECK(started.has_value());
    auto s = co_await runtime.run_pod_sandbox(sandbox("u1"));
    REQUIRE(s.has_value());
    auto c = co_await runtime.create_container(*s, container("web"));
    REQUIRE(c.has_value());
    auto done = co_await runtime.start_container(*c);
    CHECK(done.has_value());
    CHECK(told == "u1 ");
    clock.advance(1h);
    auto list = co_await runtime.list_containers("u1");
    REQUIRE(list->size() == 1);
    CHECK((*list)[0].state == Container::State::running);
    CHECK((*list)[0].config.name == "web");
    CHECK((*list)[0].config.spec_hash == "hash");
    CHECK((*list)[0].sandbox_id == *s);
    CHECK((*list)[0].log_path == "/dev/null");
    auto ran = co_await runtime.exec_sync(*c, check, 1s);
    CHECK(ran->exit_code == 0);

    done = co_await runtime.stop_container(*c, 30s);
    CHECK(done.has_value());
    CHECK(told == "u1 u1 ");
    auto again = co_await runtime.create_container(*s, container("web", 1));
    list = co_await runtime.list_containers("");
    REQUIRE(list->size() == 2);
    CHECK((*list)[0].id == *again);
    CHECK((*list)[1].state == Container::State::exited);
    CHECK((*list)[1].exit_code == 0);
    CHECK((*list)[1].finished_at - (*list)[1].started_at == 1h);
    ran = co_await runtime.exec_sync(*c, check, 1s);
    CHECK_FALSE(ran.has_value());

    done = co_await runtime.remove_pod_sandbox(*s);
    list = co_await runtime.list_containers("");
    CHECK(list->empty());
    auto sandboxes = co_await runtime.list_pod_sandboxes("");
    CHECK(sandboxes->empty());
    done = co_await runtime.remove_pod_sandbox(*s);
    CHECK(done.has_value());
  });
}

TEST_CASE("hollow pods have addresses of their own") {
  client::testing::run([](base::Executor) -> base::Awaitable<void> {
    base::ManualClock clock;
    HollowRuntime runtime(clock, "10.0.0.0/29");
    std::set<std::string> ips;
    std::string last;
    for (int i = 0; i < 5; ++i) {
      auto s = co_await runtime.run_pod_sandbox(sandbox("u" + std::to_string(i)));
      REQUIRE(s.has_value());
      last = *s;
      auto list = co_await runtime.list_pod_sandboxes("u" + std::to_string(i));
      ips.insert((*list)[0].ips.at(0));
    }
    CHECK(ips.size() == 5);
    CHECK(*ips.begin() == "10.0.0.2");
    CHECK(*ips.rbegin() == "10.0.0.6");
    auto full = co_await runtime.run_pod_sandbox(sandbox("u9"));
    REQUIRE_FALSE(full.has_value());
    CHECK(full.error().is(base::Errc::resource_exhausted));
    auto in_host = sandbox("u8");
    in_host.host_network = true;
    full = co_await runtime.run_pod_sandbox(in_host);
    CHECK(full.has_value());
    auto done = co_await runtime.stop_pod_sandbox(last);
    CHECK(done.has_value());
    full = co_await runtime.run_pod_sandbox(sandbox("u9"));
    CHECK(full.has_value());
    auto gone = co_await runtime.create_container(last, container("web"));
    CHECK(gone.error().is(base::Errc::unavailable));
  });
}

TEST_CASE("ranges of addresses") {
  for (const auto* bad : {"", "10.0.0.0", "10.0.0.0/", "10.0.0.0/30", "10.0.0.0/x", "x/24", "10.0.0.0/24 "}) {
    INFO(bad);
    CHECK_FALSE(AddressRange::parse(bad).has_value());
  }
  auto range = AddressRange::parse("10.1.2.77/24").value();
  const auto first = range.take().value();
  CHECK(AddressRange::text(first) == "10.1.2.2");
  range.give_back(first);
  CHECK(AddressRange::text(range.take().value()) == "10.1.2.3");
  CHECK(pod_cidr_of(0) == "10.0.0.0/24");
  CHECK(pod_cidr_of(300) == "10.1.44.0/24");
  CHECK(pod_cidr_of(65535) == "10.255.255.0/24");
}
