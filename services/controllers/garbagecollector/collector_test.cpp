#include "controllers/garbagecollector/collector.hpp"
#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>
#include "api/types/apps_v1.hpp"
#include "controllers/discovery/testing.hpp"
#include "controllers/frame/testing.hpp"
#include "controllers/garbagecollector/testing.hpp"

namespace controllers::garbagecollector {
namespace {

using api::apps::v1::ReplicaSet;
using api::core::v1::ConfigMap;
using CoreNode = api::core::v1::Node;
using api::core::v1::Pod;
using controllers::testing::eventually;
using controllers::testing::Rig;
using testing::owner;
using namespace std::chrono_literals;

const Collector::Timing quick{20ms, 5s};

void serve(Rig& rig, std::vector<const char*> core = {"pods", "configmaps", "nodes", "events"}) {
  std::vector<const api::ResourceInfo*> resources{api::find_resource("apps", "v1", "replicasets")};
  for (const char* name : core)
    resources.push_back(api::find_resource("", "v1", name));
  controllers::testing::serve_discovery(*rig.api, resources);
}

template <class T>
T object(const std::string& name, std::vector<OwnerReference> owners = {}, std::string ns = "ns") {
  T o;
  o.metadata = testing::meta(name, std::move(owners), ns);
  return o;
}

OwnerReference set(const std::string& name, bool blocks = true) {
  return owner("ReplicaSet", name, "uid-" + name, blocks, "apps/v1");
}

template <class T>
base::Awaitable<void> remove(Rig& rig, std::string name, std::string policy) {
  std::string ns = api::resource_of<T>().namespaced ? "ns" : "";
  client::DeleteOptions how;
  how.propagation_policy = std::move(policy);
  const auto done = co_await rig.api->remove<T>(std::move(ns), std::move(name), std::move(how));
  CHECK(done.has_value());
}

template <class T>
std::function<bool()> gone(Rig& rig, std::string name) {
  return [&rig, name] { return !rig.api->find<T>("ns", name); };
}

/// The order in which objects were deleted.
std::vector<std::string> deletions(const Rig& rig) {
  std::vector<std::string> out;
  for (const auto& change : rig.api->tracker().history())
    if (change.type == "DELETED") out.emplace_back(change.now.at("metadata").at("name").as_string());
  return out;
}

}  // namespace

TEST_CASE("in the background: dependents of a deleted owner go") {
  controllers::testing::run([](base::Executor ex) -> base::Awaitable<void> {
    Rig rig(ex);
    serve(rig);
    rig.api->put(object<ReplicaSet>("s"));
    rig.api->put(object<Pod>("p", {set("s")}));
    rig.api->put(object<ConfigMap>("c", {owner("Pod", "p", "uid-p")}));
    rig.api->put(object<Pod>("stays"));
    Collector loop(rig.context(), quick);
    co_await rig.start(loop);
    co_await remove<ReplicaSet>(rig, "s", "Background");
    CHECK(co_await eventually(gone<ConfigMap>(rig, "c")));
    CHECK(deletions(rig) == std::vector<std::string>{"s", "p", "c"});
    CHECK(rig.api->find<Pod>("ns", "stays"));
    co_await rig.stop(loop);
  });
}

TEST_CASE("dependents of owners that were gone before") {
  controllers::testing::run([](base::Executor ex) -> base::Awaitable<void> {
    Rig rig(ex);
    serve(rig);
    auto other = object<ReplicaSet>("s");
    other.metadata.uid = "another-of-that-name";
    rig.api->put(other);
    rig.api->put(object<ReplicaSet>("solid"));
    rig.api->put(object<Pod>("p", {set("s")}));
    rig.api->put(object<Pod>("shared", {set("s"), set("solid")}));
    Collector loop(rig.context(), quick);
    co_await rig.start(loop);
    CHECK(co_await eventually(gone<Pod>(rig, "p")));
    const auto one_owner = [&] {
      return rig.api->find<Pod>("ns", "shared")->metadata.owner_references.size() == 1;
    };
    CHECK(co_await eventually(one_owner));
    CHECK(rig.api->find<Pod>("ns", "shared")->metadata.owner_references[0].uid == "uid-solid");
    co_await rig.stop(loop);
  });
}

TEST_CASE("in the foreground: what blocks goes first") {
  controllers::testing::run([](base::Executor ex) -> base::Awaitable<void> {
    Rig rig(ex);
    serve(rig);
    rig.api->put(object<ReplicaSet>("s"));
    rig.api->put(object<Pod>("p", {set("s")}));
    rig.api->put(object<ConfigMap>("c", {owner("Pod", "p", "uid-p", true)}));
    Collector loop(rig.context(), quick);
    co_await rig.start(loop);
    co_await remove<ReplicaSet>(rig, "s", "Foreground");
    CHECK(rig.api->find<ReplicaSet>("ns", "s"));
    CHECK(co_await eventually(gone<ReplicaSet>(rig, "s")));
    CHECK(deletions(rig) == std::vector<std::string>{"c", "p", "s"});
    co_await rig.stop(loop);
  });
}

TEST_CASE("orphaned dependents stay") {
  controllers::testing::run([](base::Executor ex) -> base::Awaitable<void> {
    Rig rig(ex);
    serve(rig);
    rig.api->put(object<ReplicaSet>("s"));
    for (int i = 0; i < 50; ++i)
      rig.api->put(object<Pod>("p" + std::to_string(i), {set("s")}));
    Collector loop(rig.context(), quick);
    co_await rig.start(loop);
    co_await remove<ReplicaSet>(rig, "s", "Orphan");
    CHECK(co_await eventually(gone<ReplicaSet>(rig, "s")));
    const auto pods = rig.api->all<Pod>("ns");
    CHECK(pods.size() == 50);
    for (const auto& p : pods)
      CHECK(p.metadata.owner_references.empty());
    co_await rig.stop(loop);
  });
}

TEST_CASE("a circle in the foreground ends") {
  controllers::testing::run([](base::Executor ex) -> base::Awaitable<void> {
    Rig rig(ex);
    serve(rig);
    rig.api->put(object<ConfigMap>("a", {owner("ConfigMap", "b", "uid-b", true)}));
    rig.api->put(object<ConfigMap>("b", {owner("ConfigMap", "a", "uid-a", true)}));
    Collector loop(rig.context(), quick);
    co_await rig.start(loop);
    co_await remove<ConfigMap>(rig, "a", "Foreground");
    CHECK(co_await eventually(gone<ConfigMap>(rig, "a")));
    CHECK(co_await eventually(gone<ConfigMap>(rig, "b")));
    co_await rig.stop(loop);
  });
}

TEST_CASE("an owner in another namespace is none, and an event says so") {
  controllers::testing::run([](base::Executor ex) -> base::Awaitable<void> {
    Rig rig(ex);
    serve(rig);
    rig.api->put(object<ReplicaSet>("s", {}, "other"));
    rig.api->put(object<Pod>("p", {set("s")}));
    Collector loop(rig.context(), quick);
    co_await rig.start(loop);
    CHECK(co_await eventually(gone<Pod>(rig, "p")));
    CHECK(rig.has_event(
        "Warning OwnerRefInvalidNamespace ownerRef [apps/v1/ReplicaSet, namespace: ns, name: s, "
        "uid: uid-s] does not exist in namespace \"ns\""));
    CHECK(rig.api->find<ReplicaSet>("other", "s"));
    co_await rig.stop(loop);
  });
}

TEST_CASE("a cluster-scoped owner; a cluster-scoped dependent of a namespaced one is left alone") {
  controllers::testing::run([](base::Executor ex) -> base::Awaitable<void> {
    Rig rig(ex);
    serve(rig);
    rig.api->put(object<CoreNode>("n", {}, ""));
    rig.api->put(object<CoreNode>("odd", {owner("Pod", "none", "uid-none")}, ""));
    rig.api->put(object<ConfigMap>("c", {owner("Node", "n", "uid-n")}));
    Collector loop(rig.context(), quick);
    co_await rig.start(loop);
    const auto seen = [&] { return loop.graph().size() >= 3; };
    CHECK(co_await eventually(seen));
    CHECK(rig.api->find<ConfigMap>("ns", "c"));
    co_await remove<CoreNode>(rig, "n", "Background");
    CHECK(co_await eventually(gone<ConfigMap>(rig, "c")));
    CHECK(rig.api->find<CoreNode>("", "odd"));
    co_await rig.stop(loop);
  });
}

TEST_CASE("a stale graph deletes nothing: the server is asked") {
  controllers::testing::run([](base::Executor ex) -> base::Awaitable<void> {
    Rig rig(ex);
    serve(rig);
    rig.api->put(object<ReplicaSet>("s"));
    rig.api->put(object<ReplicaSet>("t"));
    rig.api->put(object<Pod>("p", {set("s")}));
    Collector loop(rig.context(), quick);
    co_await rig.start(loop);
    const auto seen = [&] { return loop.graph().size() == 3; };
    CHECK(co_await eventually(seen));
    // Between the look and the deletion somebody adopts the pod.
    auto adopted = false;
    rig.api->add_reactor(
        [&](const client::testing::Call& c) -> std::optional<base::Result<boost::json::value>> {
          if (c.verb == "delete" && c.resource == "pods" && !std::exchange(adopted, true))
            rig.api->put(object<Pod>("p", {set("t")}));
          return std::nullopt;
        });
    co_await remove<ReplicaSet>(rig, "s", "Background");
    const auto tried = [&] { return adopted; };
    CHECK(co_await eventually(tried));
    co_await base::sleep_for(50ms);
    CHECK(rig.api->find<Pod>("ns", "p"));
    co_await rig.stop(loop);
  });
}

TEST_CASE("resources that appear later are watched too") {
  controllers::testing::run([](base::Executor ex) -> base::Awaitable<void> {
    Rig rig(ex);
    serve(rig, {"pods"});
    rig.api->put(object<ConfigMap>("c", {set("never")}));
    Collector loop(rig.context(), quick);
    co_await rig.start(loop);
    co_await base::sleep_for(30ms);
    CHECK(rig.api->find<ConfigMap>("ns", "c"));
    const auto watches = rig.api->open_watches();
    serve(rig);
    CHECK(co_await eventually(gone<ConfigMap>(rig, "c")));
    serve(rig, {"pods"});
    const auto closed = [&] { return rig.api->open_watches() == watches; };
    CHECK(co_await eventually(closed));
    co_await rig.stop(loop);
  });
}

}  // namespace controllers::garbagecollector
