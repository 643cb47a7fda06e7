#include <catch2/catch.hpp>
#include <filesystem>
#include "base/async.hpp"
#include "client/testing/fake_rest_client.hpp"
#include "client/testing/run.hpp"
#include "node-agent/node/node_object.hpp"
#include "node-agent/node/reporter.hpp"

using namespace node_agent::node;
using namespace std::chrono_literals;
namespace core = api::core::v1;

namespace {

const base::SystemTime now{5000s};

NodeSettings settings() {
  NodeSettings s;
  s.name = "node-1";
  s.ip = "127.0.0.1";
  s.runtime_version = "process://0.1.0";
  s.eviction = EvictionThresholds::parse("memory.available<100Mi,nodefs.available<10%").value();
  return s;
}

NodeObservation seen() {
  NodeObservation o;
  o.machine.cpus = 4;
  o.machine.memory_bytes = 8LL << 30;
  o.machine.architecture = "amd64";
  o.pressure.memory_available_bytes = 4LL << 30;
  o.pressure.disk_bytes = 100LL << 30;
  o.pressure.disk_available_bytes = 50LL << 30;
  o.pressure.pids_max = 32768;
  return o;
}

std::string condition(const core::NodeStatus& s, const std::string& type) {
  for (const auto& c : s.conditions)
    if (c.type == type) return c.status + " " + c.reason + ": " + c.message;
  return "absent";
}

}  // namespace

TEST_CASE("the Node has what upstream's has") {
  const auto node = initial_node(settings(), seen(), now);
  CHECK(node.metadata.labels.at("kubernetes.io/hostname") == "node-1");
  CHECK(node.metadata.labels.at("beta.kubernetes.io/arch") == "amd64");
  CHECK(node.status.capacity.at("memory").text() == "8Gi");
  CHECK(node.status.allocatable.at("memory").text() == "8092Mi");
  CHECK(node.status.capacity.at("pods").text() == "110");
  CHECK(node.status.addresses.at(0).address == "127.0.0.1");
  CHECK(node.status.daemon_endpoints->kubelet_endpoint->port == 10250);
  CHECK(condition(node.status, "Ready") == "True KubeletReady: kubelet is posting ready status");
  CHECK(condition(node.status, "MemoryPressure") ==
        "False KubeletHasSufficientMemory: kubelet has sufficient memory available");
}

TEST_CASE("pressure and trouble show in the conditions, with the time of the change") {
  auto o = seen();
  const auto before = node_status(settings(), o, {}, now);
  o.pressure.disk_available_bytes = 1LL << 30;
  o.not_ready = "container runtime is down";
  const auto after = node_status(settings(), o, before, now + 60s);
  CHECK(condition(after, "DiskPressure") == "True KubeletHasDiskPressure: kubelet has disk pressure");
  CHECK(condition(after, "Ready") == "False KubeletNotReady: container runtime is down");
  CHECK(after.conditions[0].last_transition_time->at == now);
  CHECK(after.conditions[0].last_heartbeat_time->at == now + 60s);
  CHECK(after.conditions[3].last_transition_time->at == now + 60s);
  CHECK(status_changed(before, after));
  CHECK_FALSE(status_changed(before, node_status(settings(), seen(), before, now + 60s)));
}

TEST_CASE("settings are checked") {
  CHECK(parse_taint("a=b:NoSchedule").value().value == "b");
  CHECK(parse_taint("a:NoExecute").value().key == "a");
  CHECK(parse_taint("a=b").has_error());
  CHECK(parse_labels({"a=b", "c="}).value().size() == 2);
  CHECK(parse_labels({"=b"}).has_error());
  CHECK(EvictionThresholds::parse("").has_value());
  CHECK(EvictionThresholds::parse("memory.available=1").has_error());
  CHECK(EvictionThresholds::parse("cpu.available<1").has_error());
  CHECK(EvictionThresholds::parse("nodefs.available<x%").has_error());
}

TEST_CASE("what the machine says is read") {
  CHECK(meminfo_bytes("MemTotal:  100 kB\nMemAvailable:   7 kB\n", "MemAvailable") == 7168);
  CHECK(pretty_name("NAME=x\nPRETTY_NAME=\"Debian GNU/Linux 12\"\n") == "Debian GNU/Linux 12");
  CHECK(read_machine().memory_bytes > 0);
  CHECK(read_pressure(std::filesystem::temp_directory_path()).disk_bytes > 0);
}

TEST_CASE("a node registers, takes over what it finds, and renews its lease") {
  client::testing::run([](base::Executor ex) -> base::Awaitable<void> {
    auto api = std::make_shared<client::testing::FakeRestClient>(ex);
    base::ManualClock clock;
    ReporterOptions options;
    options.root_dir = "/";
    options.lease_renew_interval = options.status_update_frequency = 2ms;
    std::string trouble;
    Reporter reporter(ex, ex, api, clock, settings(), options, [&] { return trouble; });
    auto old = initial_node(settings(), seen(), now);
    old.metadata.labels.erase("kubernetes.io/os");
    old.status = {};
    api->put(old);
    const bool registered = co_await reporter.register_node();
    CHECK(registered);
    CHECK(api->find<core::Node>("", "node-1")->metadata.labels.contains("kubernetes.io/os"));

    base::TaskGroup tasks(ex, "test");
    tasks.spawn("status", [&] { return reporter.run_status(); });
    tasks.spawn("lease", [&] { return reporter.run_lease(); });
    trouble = "container runtime is down";
    const bool reported = co_await client::testing::eventually(
        [&] { return condition(api->find<core::Node>("", "node-1")->status, "Ready").starts_with("False"); });
    CHECK(reported);
    const auto lease = [&] { return api->find<api::coordination::v1::Lease>("kube-node-lease", "node-1"); };
    bool renewed = co_await client::testing::eventually([&] { return lease().has_value(); });
    CHECK(renewed);
    clock.advance(10s);
    renewed =
        co_await client::testing::eventually([&] { return lease()->spec.renew_time->at == clock.now(); });
    CHECK(renewed);
    CHECK(lease()->spec.lease_duration_seconds == 40);
    tasks.cancel();
    co_await tasks.join();
  });
}
