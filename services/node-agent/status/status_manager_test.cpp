#include "node-agent/status/status_manager.hpp"
#include <catch2/catch.hpp>
#include "client/testing/fake_rest_client.hpp"
#include "client/testing/run.hpp"
#include "node-agent/status/status_patch.hpp"

using namespace node_agent::status;
using client::testing::eventually;
namespace core = api::core::v1;

namespace {

core::PodStatus status_of(const std::string& json) {
  return api::parse<core::PodStatus>(json).value();
}

core::Pod pod() {
  return api::parse<core::Pod>(R"({"metadata":{"name":"web","namespace":"default","uid":"u1"},
    "spec":{"nodeName":"n"},"status":{"phase":"Pending"}})")
      .value();
}

}  // namespace

TEST_CASE("a status patch holds what differs") {
  const auto a = status_of(R"({"phase":"Pending","reason":"x","podIPs":[{"ip":"1.1.1.1"}],"conditions":[
      {"type":"Ready","status":"False","reason":"r"},{"type":"Other","status":"True"}]})");
  CHECK(status_patch("u", a, a).is_null());
  const auto b = status_of(R"({"phase":"Running","podIPs":[{"ip":"1.1.1.2"}],"conditions":[
      {"type":"Ready","status":"True"},{"type":"Other","status":"True"}]})");
  CHECK(status_patch("u", a, b) ==
        api::parse_typed_json(R"({"metadata":{"uid":"u"},"status":{"phase":"Running",
      "reason":null,"podIPs":[{"ip":"1.1.1.2"},{"$patch":"replace"}],
      "conditions":[{"type":"Ready","status":"True","reason":null,"message":null}]}})")
            .value());
}

TEST_CASE("changes are written once, together when they come while a write is under way") {
  client::testing::run([](base::Executor ex) -> base::Awaitable<void> {
    auto api = std::make_shared<client::testing::FakeRestClient>(ex);
    api->put(pod());
    StatusManager manager(ex, api, 2);
    manager.start();
    manager.set(pod(), status_of(R"({"phase":"Pending"})"));
    CHECK(manager.written("u1"));
    for (const auto* phase : {"a", "b", "Running"})
      manager.set(pod(), status_of(std::string(R"({"phase":")") + phase + "\"}"));
    bool done = co_await eventually([&] { return manager.written("u1"); });
    CHECK(done);
    CHECK(api->find<core::Pod>("default", "web")->status.phase == "Running");
    CHECK(api->calls().size() == 1);

    api->fail_next("patch", "pods", base::Error(base::Errc::unavailable, "down"));
    manager.set(pod(), status_of(R"({"phase":"Succeeded"})"));
    manager.remove_when_written(pod());
    done = co_await eventually([&] { return !api->find<core::Pod>("default", "web"); });
    CHECK(done);
    CHECK(api->calls().back().verb == "delete");
    co_await manager.stop();
  });
}

TEST_CASE("what the wire does not show is no reason to write") {
  client::testing::run([](base::Executor ex) -> base::Awaitable<void> {
    auto api = std::make_shared<client::testing::FakeRestClient>(ex);
    auto known = pod();
    known.status.start_time = api::Time{base::SystemTime(std::chrono::seconds(1'700'000'000))};
    api->put(known);
    StatusManager manager(ex, api, 1);
    manager.start();
    auto status = known.status;
    status.start_time->at += std::chrono::milliseconds(3);
    manager.set(known, status);
    const bool done = co_await eventually([&] { return manager.all_written(); });
    CHECK(done);
    CHECK(api->calls().empty());
    co_await manager.stop();
  });
}

TEST_CASE("a pod of the same name but another uid is left alone") {
  client::testing::run([](base::Executor ex) -> base::Awaitable<void> {
    auto api = std::make_shared<client::testing::FakeRestClient>(ex);
    StatusManager manager(ex, api, 1);
    manager.start();
    manager.set(pod(), status_of(R"({"phase":"Running"})"));
    const bool done = co_await eventually([&] { return manager.written("u1"); });
    CHECK(done);
    co_await manager.stop();
  });
}
