#include "client/testing/fake_rest_client.hpp"
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include "api/types/apps_v1.hpp"
#include "api/types/core_v1.hpp"
#include "client/testing/run.hpp"

namespace client::testing {
namespace {

using api::apps::v1::ReplicaSet;
using api::core::v1::Pod;

ReplicaSet replica_set(const std::string& name) {
  ReplicaSet rs;
  rs.metadata.namespace_ = "default";
  rs.metadata.name = name;
  rs.spec.replicas = 1;
  return rs;
}

TEST_CASE("create, update with conflicts, status apart from the rest") {
  run([](base::Executor ex) -> base::Awaitable<void> {
    FakeRestClient api(ex);
    auto made = co_await api.create(replica_set("a"));
    REQUIRE(made.has_value());
    CHECK(made->metadata.generation == 1);
    CHECK_FALSE(made->metadata.uid.empty());
    auto again = co_await api.create(replica_set("a"));
    CHECK(again.error().is(base::Errc::already_exists));

    auto next = *made;
    next.spec.replicas = 2;
    next.status.replicas = 7;
    auto updated = co_await api.update(next);
    REQUIRE(updated.has_value());
    CHECK(updated->metadata.generation == 2);
    CHECK(updated->status.replicas != 7);
    auto stale = co_await api.update(next);
    CHECK(stale.error().is(base::Errc::conflict));

    next = *updated;
    next.spec.replicas = 9;
    next.status.replicas = 2;
    auto status = co_await api.update_status(next);
    REQUIRE(status.has_value());
    CHECK(status->status.replicas == 2);
    CHECK(status->spec.replicas == 2);
    auto none = co_await api.get<ReplicaSet>("default", "none");
    CHECK(none.error().is(base::Errc::not_found));
  });
}

TEST_CASE("finalizers hold a deleted object until the last is gone") {
  run([](base::Executor ex) -> base::Awaitable<void> {
    FakeRestClient api(ex);
    api.put(replica_set("a"));
    DeleteOptions o;
    o.propagation_policy = "Foreground";
    auto deleted = co_await api.remove<ReplicaSet>("default", "a", o);
    CHECK(deleted.has_value());
    auto held = api.find<ReplicaSet>("default", "a");
    REQUIRE(held);
    CHECK(held->metadata.finalizers == std::vector<std::string>{"foregroundDeletion"});
    CHECK(held->metadata.deletion_timestamp.has_value());
    held->metadata.finalizers.clear();
    auto released = co_await api.update(*held);
    CHECK(released.has_value());
    CHECK_FALSE(api.find<ReplicaSet>("default", "a"));
  });
}

TEST_CASE("a bound pod ends gracefully, an unbound one at once; binding twice conflicts") {
  run([](base::Executor ex) -> base::Awaitable<void> {
    FakeRestClient api(ex);
    Pod pod;
    pod.metadata.namespace_ = "default";
    for (auto name : {"a", "b"}) {
      pod.metadata.name = name;
      api.put(pod);
    }
    const auto& pods = api::resource_of<Pod>();
    boost::json::value binding{{"target", {{"kind", "Node"}, {"name", "n1"}}}};
    auto bound = co_await api.create_raw(pods, "default", "a", "binding", binding, {});
    CHECK(bound.has_value());
    CHECK(api.find<Pod>("default", "a")->spec.node_name == "n1");
    auto twice = co_await api.create_raw(pods, "default", "a", "binding", binding, {});
    CHECK(twice.error().is(base::Errc::conflict));
    auto a_deleted = co_await api.remove<Pod>("default", "a");
    CHECK(a_deleted.has_value());
    auto b_deleted = co_await api.remove<Pod>("default", "b");
    CHECK(b_deleted.has_value());
    CHECK(api.find<Pod>("default", "a")->metadata.deletion_grace_period_seconds == 30);
    CHECK_FALSE(api.find<Pod>("default", "b"));
    DeleteOptions now;
    now.grace_period_seconds = 0;
    auto a_killed = co_await api.remove<Pod>("default", "a", now);
    CHECK(a_killed.has_value());
    CHECK_FALSE(api.find<Pod>("default", "a"));
  });
}

TEST_CASE("a watch from a revision replays what came after; reactors and failures come first") {
  run([](base::Executor ex) -> base::Awaitable<void> {
    FakeRestClient api(ex);
    auto first = api.put(replica_set("a"));
    api.put(replica_set("b"));
    WatchOptions o;
    o.resource_version = first.metadata.resource_version;
    auto watch = co_await api.watch(api::resource_of<ReplicaSet>(), "", o);
    REQUIRE(watch.has_value());
    auto event = co_await (*watch)->next();
    CHECK(event->type == "ADDED");
    api.send_bookmarks();
    event = co_await (*watch)->next();
    CHECK(event->type == "BOOKMARK");
    api.expire_watches();
    event = co_await (*watch)->next();
    CHECK(event.error().is(base::Errc::expired));
    auto too_old = co_await api.watch(api::resource_of<ReplicaSet>(), "", o);
    CHECK(too_old.error().is(base::Errc::expired));

    api.fail_next("update", "replicasets", base::Error(base::Errc::unavailable, "down"));
    auto rs = api.find<ReplicaSet>("default", "a");
    auto refused = co_await api.update(*rs);
    CHECK(refused.error().is(base::Errc::unavailable));
    auto accepted = co_await api.update(*rs);
    CHECK(accepted.has_value());
    CHECK(api.calls().size() == 1);
  });
}

}  // namespace
}  // namespace client::testing
