#include "api/decode.hpp"
#include "apiserver/request/budget.hpp"
#include "apiserver/request/testing.hpp"

namespace apiserver::request {
namespace {

using namespace testing;
using api::get_int;
using api::get_string;

const std::string scale_path = deployments + "/web/scale";

base::Awaitable<Got> bind(Server& s, const std::string& name, const std::string& node) {
  const std::string body = R"({"kind":"Binding","apiVersion":"v1","metadata":{"name":")" + name +
                           R"(","annotations":{"x":"y"}},"target":{"kind":"Node","name":")" + node + R"("}})";
  co_return co_await s.call("POST", pods + "/" + name + "/binding", body);
}

TEST_CASE("scale: read, put, patched") {
  with_server([](Server& s) -> base::Awaitable<void> {
    co_await s.call("POST", deployments, deployment("web"));
    const auto got = co_await s.call("GET", scale_path);
    CHECK(got.status == 200);
    CHECK(get_string(got.json(), {"kind"}) == "Scale");
    CHECK(get_string(got.json(), {"apiVersion"}) == "autoscaling/v1");
    CHECK(get_int(got.json(), {"spec", "replicas"}) == 2);
    CHECK(get_string(got.json(), {"status", "selector"}) == "app=web");
    const auto patched = co_await s.call("PATCH", scale_path, R"({"spec":{"replicas":5}})", merge_patch);
    CHECK(patched.status == 200);
    CHECK(get_string(patched.json(), {"kind"}) == "Scale");
    CHECK(get_int(patched.json(), {"spec", "replicas"}) == 5);
    auto scale = got.json();
    scale["spec"].as_object()["replicas"] = 7;
    const auto stale = co_await s.call("PUT", scale_path, api::encode(scale));
    CHECK(stale.status == 409);
    scale["metadata"].as_object().erase("resourceVersion");
    const auto put = co_await s.call("PUT", scale_path, api::encode(scale));
    CHECK(get_int(put.json(), {"spec", "replicas"}) == 7);
    const auto whole = co_await s.call("GET", deployments + "/web");
    CHECK(get_int(whole.json(), {"spec", "replicas"}) == 7);
    CHECK(get_int(whole.json(), {"metadata", "generation"}) == 3);
    const auto negative = co_await s.call("PATCH", scale_path, R"({"spec":{"replicas":-1}})", merge_patch);
    CHECK(negative.status == 422);
    CHECK_THAT(negative.message(),
               Catch::Contains("spec.replicas: Invalid value: -1: must be greater than or"));
    const auto wrong = co_await s.call("PUT", scale_path, deployment("web"));
    CHECK(wrong.status == 200);  // Without a kind of its own it is read as a Scale.
    const auto missing = co_await s.call("GET", deployments + "/none/scale");
    CHECK(missing.message() == "deployments.apps \"none\" not found");
    const auto rc = co_await s.call("POST", "/api/v1/namespaces/default/replicationcontrollers",
                                    R"({"metadata":{"name":"rc"},"spec":{"replicas":1,"selector":{"a":"b"},
      "template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}})");
    REQUIRE(rc.status == 201);
    const auto rc_scale =
        co_await s.call("GET", "/api/v1/namespaces/default/replicationcontrollers/rc/scale");
    CHECK(get_string(rc_scale.json(), {"status", "selector"}) == "a=b");
  });
}

TEST_CASE("a status is patched through its own door") {
  with_server([](Server& s) -> base::Awaitable<void> {
    co_await s.call("POST", deployments, deployment("web"));
    const auto patched =
        co_await s.call("PATCH", deployments + "/web/status",
                        R"({"status":{"replicas":2},"spec":{"replicas":9}})", strategic_patch);
    CHECK(patched.status == 200);
    CHECK(get_int(patched.json(), {"status", "replicas"}) == 2);
    CHECK(get_int(patched.json(), {"spec", "replicas"}) == 2);
    const auto got = co_await s.call("GET", deployments + "/web/status");
    CHECK(got.text == patched.text);
  });
}

TEST_CASE("strategic patches merge lists by their keys, JSON patches by position") {
  with_server([](Server& s) -> base::Awaitable<void> {
    co_await s.call("POST", deployments, deployment("web"));
    const auto image = co_await s.call(
        "PATCH", deployments + "/web",
        R"({"spec":{"template":{"spec":{"containers":[{"name":"web","image":"web:2"}]}}}})", strategic_patch);
    const boost::json::value container =
        image.json()["spec"].at("template").at("spec").at("containers").at(0);
    CHECK(container.at("image") == "web:2");
    CHECK(container.at("name") == "web");
    const auto replaced = co_await s.call(
        "PATCH", deployments + "/web",
        R"([{"op":"replace","path":"/spec/template/spec/containers/0/image","value":"web:3"}])", json_patch);
    CHECK(replaced.json()["spec"].at("template").at("spec").at("containers").at(0).at("image") == "web:3");
    const auto again = co_await s.call("PATCH", deployments + "/web", "{}", strategic_patch);
    CHECK(again.text == replaced.text);
  });
}

TEST_CASE("binding a pod to a node") {
  with_server([](Server& s) -> base::Awaitable<void> {
    co_await s.call("POST", pods, pod("p"));
    const auto bound = co_await bind(s, "p", "n1");
    CHECK(bound.status == 201);
    CHECK(get_string(bound.json(), {"status"}) == "Success");
    const auto got = co_await s.call("GET", pods + "/p");
    CHECK(get_string(got.json(), {"spec", "nodeName"}) == "n1");
    CHECK(get_string(got.json(), {"metadata", "annotations", "x"}) == "y");
    CHECK(get_int(got.json(), {"metadata", "generation"}) == 1);
    CHECK(got.json()["status"].at("conditions").at(0).at("type") == "PodScheduled");
    const auto twice = co_await bind(s, "p", "n2");
    CHECK(twice.status == 409);
    CHECK(twice.message() ==
          "Operation cannot be fulfilled on pods/binding \"p\": pod p is already assigned to node \"n1\"");
    const auto nobody = co_await bind(s, "q", "n1");
    CHECK(nobody.status == 404);
    const auto nowhere = co_await bind(s, "p", "");
    CHECK(nowhere.status == 422);
    CHECK_THAT(nowhere.message(), Catch::Contains("target.name: Required value"));
    co_await s.call("POST", pods, pod("old"));
    const auto collection = co_await s.call("POST", "/api/v1/namespaces/default/bindings",
                                            R"({"metadata":{"name":"old"},"target":{"name":"n1"}})");
    CHECK(collection.status == 201);
  });
}

TEST_CASE("an eviction asks the budget") {
  with_server([](Server& s) -> base::Awaitable<void> {
    const std::string evict = R"({"kind":"Eviction","apiVersion":"policy/v1","metadata":{"name":"p"}})";
    const std::string budgets = "/apis/policy/v1/namespaces/default/poddisruptionbudgets";
    const std::string running =
        R"({"status":{"phase":"Running","conditions":[{"type":"Ready","status":"True"}]}})";
    co_await s.call("POST", pods, pod("p"));
    co_await bind(s, "p", "n1");
    co_await s.call("PATCH", pods + "/p/status", running, merge_patch);
    co_await s.call("POST", budgets, R"({"metadata":{"name":"b"},"spec":{"minAvailable":1,
      "selector":{"matchLabels":{"app":"web"}}}})");
    const auto early = co_await s.call("POST", pods + "/p/eviction", evict);
    CHECK(early.status == 429);
    CHECK(early.headers.get("Retry-After") == "10");
    CHECK_THAT(early.text,
               Catch::Contains("The disruption budget b is still being processed by the server."));
    const auto status = [](const char* allowed) {
      return std::string(R"({"status":{"observedGeneration":1,"currentHealthy":1,"desiredHealthy":1,
        "expectedPods":1,"disruptionsAllowed":)") +
             allowed + "}}";
    };
    co_await s.call("PATCH", budgets + "/b/status", status("0"), merge_patch);
    const auto refused = co_await s.call("POST", pods + "/p/eviction", evict);
    CHECK(refused.status == 429);
    CHECK(refused.message() == "Cannot evict pod as it would violate the pod's disruption budget.");
    CHECK_THAT(refused.text,
               Catch::Contains("The disruption budget b needs 1 healthy pods and has 1 currently"));
    co_await s.call("PATCH", budgets + "/b/status", status("1"), merge_patch);
    const auto wrong = co_await s.call("POST", pods + "/q/eviction", evict);
    CHECK(wrong.status == 400);
    const auto dry = co_await s.call("POST", pods + "/p/eviction?dryRun=All", evict);
    CHECK(dry.status == 201);
    const auto done = co_await s.call("POST", pods + "/p/eviction", evict);
    CHECK(done.status == 201);
    const auto going = co_await s.call("GET", pods + "/p");
    CHECK(api::is_deleting(going.json()));
    CHECK_THAT(going.text, Catch::Contains("EvictionByEvictionAPI"));
    const auto spent = co_await s.call("GET", budgets + "/b");
    CHECK(get_int(spent.json(), {"status", "disruptionsAllowed"}) == 0);
    CHECK(spent.json()["status"].at("disruptedPods").as_object().contains("p"));
  });
}

TEST_CASE("pods that no budget holds") {
  const auto pod_in = [](const char* phase, const char* ready) {
    return cache::parse_object(
        std::string(R"({"metadata":{"name":"p","labels":{"a":"b"}},"status":{"phase":")") + phase +
        R"(","conditions":[{"type":"Ready","status":")" + ready + R"("}]}})");
  };
  CHECK(ignores_budgets(pod_in("Pending", "False")));
  CHECK(ignores_budgets(pod_in("Failed", "False")));
  CHECK_FALSE(ignores_budgets(pod_in("Running", "True")));
  const auto budget = [](const char* policy, int healthy) {
    return api::Object{{"spec", {{"unhealthyPodEvictionPolicy", policy}}},
                       {"status", {{"currentHealthy", healthy}, {"desiredHealthy", 2}}}};
  };
  CHECK(lets_unhealthy_go(budget("AlwaysAllow", 0), pod_in("Running", "False")));
  CHECK_FALSE(lets_unhealthy_go(budget("AlwaysAllow", 0), pod_in("Running", "True")));
  CHECK_FALSE(lets_unhealthy_go(budget("IfHealthyBudget", 1), pod_in("Running", "False")));
  CHECK(lets_unhealthy_go(budget("IfHealthyBudget", 2), pod_in("Running", "False")));
}

TEST_CASE("parts of an object: finalizers of a namespace, ephemeral containers, approval") {
  with_server([](Server& s) -> base::Awaitable<void> {
    const auto ns = co_await s.call("GET", "/api/v1/namespaces/other");
    CHECK(ns.json()["spec"].at("finalizers").at(0) == "kubernetes");
    co_await s.call("DELETE", "/api/v1/namespaces/other");
    const auto finalized = co_await s.call("PUT", "/api/v1/namespaces/other/finalize",
                                           R"({"metadata":{"name":"other","labels":{"x":"y"}},"spec":{}})");
    CHECK(finalized.status == 200);
    CHECK(get_string(finalized.json(), {"metadata", "labels", "x"}).empty());
    const auto gone = co_await s.call("GET", "/api/v1/namespaces/other");
    CHECK(gone.status == 404);

    co_await s.call("POST", pods, pod("p"));
    const std::string debug = R"({"spec":{"ephemeralContainers":[{"name":"d","image":"x"}],"nodeName":"n"}})";
    const auto added = co_await s.call("PATCH", pods + "/p/ephemeralcontainers", debug, strategic_patch);
    CHECK(added.status == 200);
    CHECK(added.json()["spec"].at("ephemeralContainers").at(0).at("name") == "d");
    CHECK(get_string(added.json(), {"spec", "nodeName"}).empty());
    const auto taken = co_await s.call("PATCH", pods + "/p/ephemeralcontainers",
                                       R"({"spec":{"ephemeralContainers":null}})", merge_patch);
    CHECK(taken.status == 422);
    CHECK_THAT(taken.message(), Catch::Contains("may not be removed"));
    const auto same =
        co_await s.call("PATCH", pods + "/p/ephemeralcontainers",
                        R"({"spec":{"ephemeralContainers":[{"name":"c","image":"x"}]}})", strategic_patch);
    CHECK(same.status == 422);
    CHECK_THAT(same.message(), Catch::Contains("Duplicate value: \"c\""));
  });
}

TEST_CASE("a pod's cpu and memory are resized, nothing else with them") {
  with_server([](Server& s) -> base::Awaitable<void> {
    co_await s.call("POST", pods, R"({"metadata":{"name":"p"},"spec":{"containers":[
        {"name":"c","image":"x","resources":{"requests":{"cpu":"1"},"limits":{"cpu":"2"}}}]}})");
    const auto resize = [&](std::string container) {
      return s.call("PATCH", pods + "/p/resize", R"({"spec":{"containers":[)" + std::move(container) + "]}}",
                    strategic_patch);
    };
    const auto more = co_await resize(R"({"name":"c","resources":{"requests":{"cpu":"1500m"}}})");
    REQUIRE(more.status == 200);
    auto resized = more.json();
    CHECK(resized["spec"].at("containers").at(0).at("resources").at("requests").at("cpu") == "1500m");
    CHECK(api::get_int(resized, {"metadata", "generation"}) == 2);
    const auto image = co_await resize(R"({"name":"c","image":"y"})");
    CHECK(image.status == 422);
    CHECK_THAT(image.message(), Catch::Contains("only cpu and memory resources are mutable"));
    const auto by_main = co_await s.call("PATCH", pods + "/p", R"({"spec":{"containers":[
        {"name":"c","resources":{"requests":{"cpu":"1"}}}]}})",
                                         strategic_patch);
    CHECK(by_main.status == 422);
  });
}

}  // namespace
}  // namespace apiserver::request
