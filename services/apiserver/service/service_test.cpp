#include "apiserver/service/service.hpp"
#include <catch2/catch.hpp>
#include "api/object.hpp"
#include "apiserver/service/testing.hpp"

namespace apiserver {
namespace {

using namespace std::chrono_literals;
using base::Awaitable;
using testing::Answer;
using testing::Cluster;
using testing::with_cluster;

bool is_ok(const Answer& answer) {
  return answer.status == 200;
}
bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("health, version and discovery") {
  with_cluster([](Cluster& cluster) -> Awaitable<void> {
    auto nobody = cluster.anonymous();
    auto admin = cluster.admin();
    const auto live = co_await nobody.get("/livez");
    CHECK(live.status == 200);
    CHECK(live.body == "ok");
    const auto ready = co_await admin.get_until("/readyz?verbose", is_ok);
    CHECK(ready.status == 200);
    for (const auto* check :
         {"ping", "etcd", "informer-sync", "poststarthook/rbac/bootstrap-roles", "shutdown"})
      CHECK(contains(ready.body, std::string("[+]") + check + " ok"));
    const auto version = co_await nobody.get("/version");
    CHECK(version.at("major") == "1");
    CHECK(version.at("minor") == "35");
    CHECK(version.at("gitVersion").starts_with("v1.35.0+coxswain"));
    const auto core = co_await admin.get("/api");
    CHECK(contains(core.body, "10.11.12.13:6443"));
    const auto groups = co_await admin.get("/apis");
    CHECK(contains(groups.body, "apps/v1"));
    const auto apps = co_await admin.get("/apis/apps/v1");
    CHECK(contains(apps.body, "deployments/scale"));
    const auto index = co_await admin.get("/openapi/v3");
    CHECK(contains(index.body, "/openapi/v3/apis/apps/v1?hash="));
    const auto paths = co_await admin.get("/");
    CHECK(contains(paths.body, "/.well-known/openid-configuration"));
    const auto metrics = co_await admin.get("/metrics");
    CHECK(contains(metrics.body, "process_resident_memory_bytes"));
    const auto keys = co_await admin.get("/openid/v1/jwks");
    CHECK(contains(keys.body, "ES256"));
    const auto nowhere = co_await admin.get("/nowhere");
    CHECK(nowhere.status == 404);
  });
}

TEST_CASE("who is nobody reaches the health paths and nothing else") {
  with_cluster([](Cluster& cluster) -> Awaitable<void> {
    auto nobody = cluster.anonymous();
    for (const auto* path : {"/api/v1/namespaces", "/metrics", "/openapi/v2", "/openid/v1/jwks"}) {
      const auto answer = co_await nobody.get(path);
      CHECK(answer.status == 401);
    }
    // Somebody, without any right: the default roles let them see what the server can do.
    auto jane = cluster.as("jane");
    const auto discovery = co_await jane.get_until("/apis", is_ok);
    CHECK(discovery.status == 200);
    const auto metrics = co_await jane.get("/metrics");
    CHECK(metrics.status == 403);
    CHECK(metrics.message() == "forbidden: User \"jane\" cannot get path \"/metrics\"");
  });
}

TEST_CASE("certificates that do not hold are refused") {
  with_cluster([](Cluster& cluster) -> Awaitable<void> {
    auto good = cluster.with_certificate(-1, 1);
    auto expired = cluster.with_certificate(-3, -1);
    auto early = cluster.with_certificate(1, 2);
    auto foreign = cluster.with_certificate(-1, 1, true);
    const std::string path = "/api/v1/namespaces";
    const auto accepted = co_await good.get(path);
    CHECK(accepted.status == 200);
    for (auto* client : {&expired, &early, &foreign}) {
      const auto answer = co_await client->get(path);
      CHECK(answer.status == 401);
      CHECK(answer.message() == "Unauthorized");
    }
    // The server goes on serving.
    const auto again = co_await good.get(path);
    CHECK(again.status == 200);
  });
}

TEST_CASE("what every cluster has is there from the start") {
  with_cluster([](Cluster& cluster) -> Awaitable<void> {
    auto admin = cluster.admin();
    for (const auto* path :
         {"/api/v1/namespaces/kube-system", "/apis/rbac.authorization.k8s.io/v1/clusterroles/admin",
          "/apis/scheduling.k8s.io/v1/priorityclasses/system-node-critical",
          "/apis/networking.k8s.io/v1/servicecidrs/kubernetes",
          "/api/v1/namespaces/default/endpoints/kubernetes"}) {
      const auto answer = co_await admin.get(path);
      CHECK(answer.status == 200);
    }
    const auto service = co_await admin.get("/api/v1/namespaces/default/services/kubernetes");
    CHECK(service.at("spec", "clusterIP") == "10.96.0.1");
    const auto leases = co_await admin.get(
        "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases?labelSelector=apiserver.kubernetes.io/"
        "identity%3Dkube-apiserver");
    CHECK(contains(leases.body, "\"apiserver-"));
  });
}

TEST_CASE("the store is away for a while") {
  with_cluster([](Cluster& cluster) -> Awaitable<void> {
    auto admin = cluster.admin();
    cluster.store->interrupt();
    const auto failing = co_await admin.get_until("/readyz", [](const Answer& a) { return a.status == 500; });
    CHECK(failing.status == 500);
    CHECK(contains(failing.body, "[-]etcd failed"));
    const auto live = co_await admin.get("/livez/ping");
    CHECK(live.status == 200);
    const auto read = co_await admin.get("/api/v1/namespaces/default");
    CHECK(read.status == 503);
    const auto write = co_await admin.post("/api/v1/namespaces", R"({"metadata":{"name":"x"}})");
    CHECK(write.status == 503);
    cluster.store->restore();
    const auto back = co_await admin.get_until("/readyz", is_ok);
    CHECK(back.status == 200);
    const auto again = co_await admin.get_until("/api/v1/namespaces/default", is_ok);
    CHECK(again.status == 200);
  });
}

TEST_CASE("a server that starts before its store waits for it") {
  with_cluster(
      [](Cluster& cluster) -> Awaitable<void> {
        cluster.store->interrupt();
        cluster.start();
        auto admin = cluster.admin();
        const auto early = co_await admin.get("/api/v1/namespaces");
        CHECK(early.status == 503);
        CHECK(early.headers.get("Retry-After") == "1");
        CHECK(early.at("details", "retryAfterSeconds") == "1");
        const auto ready = co_await admin.get("/readyz");
        CHECK(ready.status == 500);
        CHECK(contains(ready.body, "[-]informer-sync failed"));
        cluster.store->restore();
        co_await cluster.until_ready();
        const auto later = co_await admin.get("/api/v1/namespaces");
        CHECK(later.status == 200);
      },
      false);
}

TEST_CASE("the end: readiness first, then the list of servers, watches and the rest") {
  with_cluster(
      [](Cluster& cluster) -> Awaitable<void> {
        cluster.start();
        co_await cluster.until_ready();
        auto admin = cluster.admin();
        auto watch = co_await admin.open("/api/v1/namespaces?watch=1");
        REQUIRE(watch.has_value());
        auto first = co_await (*watch)->read_some();
        CHECK(first.has_value());
        base::TaskGroup tasks(cluster.runtime.make_strand(), "stop");
        tasks.spawn("stop", [&] { return cluster.service->stop(); });
        while (true) {  // The watch ends properly, not by a broken connection.
          auto piece = co_await (*watch)->read_some();
          REQUIRE(piece.has_value());
          if (piece->empty()) break;
        }
        co_await tasks.join();
        storage::RangeRequest leases;
        leases.key = "/registry/coordination.k8s.io/leases/kube-system/apiserver-";
        leases.range_end = storage::prefix_end(leases.key);
        const auto left = co_await cluster.store->range(leases);
        REQUIRE(left.has_value());
        CHECK(left->kvs.empty());
      },
      false);
}

TEST_CASE("events go after their time, and share leases") {
  with_cluster([](Cluster& cluster) -> Awaitable<void> {
    auto admin = cluster.admin();
    for (const auto* name : {"one", "two"}) {
      const auto created = co_await admin.post(
          "/api/v1/namespaces/default/events",
          R"({"metadata":{"name":")" + std::string(name) +
              R"("},"involvedObject":{"kind":"Pod","namespace":"default","name":"p"},"reason":"Tried"})");
      CHECK(created.status == 201);
    }
    storage::RangeRequest request;
    request.key = "/registry/core/events/";
    request.range_end = storage::prefix_end(request.key);
    const auto events = co_await cluster.store->range(request);
    REQUIRE(events.has_value());
    REQUIRE(events->kvs.size() == 2);
    CHECK(events->kvs[0].lease != 0);
    CHECK(events->kvs[0].lease == events->kvs[1].lease);
    // Everything else stays.
    request.key = "/registry/core/namespaces/default";
    request.range_end.clear();
    const auto other = co_await cluster.store->range(request);
    REQUIRE(other.has_value());
    CHECK(other->kvs.at(0).lease == 0);
  });
}

}  // namespace
}  // namespace apiserver
