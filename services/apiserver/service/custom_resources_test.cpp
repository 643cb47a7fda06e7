#include <catch2/catch.hpp>
#include "apiserver/service/testing.hpp"

/// Custom resources, end to end over one server.
namespace apiserver {
namespace {

using base::Awaitable;
using testing::Answer;
using testing::Client;
using testing::Cluster;
using testing::with_cluster;

const std::string definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const std::string tabs = "/apis/stable.example.com/v1/namespaces/default/crontabs";

constexpr const char* schema = R"({"type":"object","properties":{
    "spec":{"type":"object","required":["cronSpec"],"properties":{
      "cronSpec":{"type":"string","pattern":"^(\\d+|\\*)( (\\d+|\\*))*$"},
      "image":{"type":"string","default":"busybox"},
      "replicas":{"type":"integer","minimum":1,"maximum":10},
      "ports":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["port"],
               "items":{"type":"object","required":["port"],"properties":{"port":{"type":"integer"}}}}}},
    "status":{"type":"object","properties":{"replicas":{"type":"integer"},"selector":{"type":"string"}}}}})";

std::string version(const std::string& name, bool storage, const std::string& more = "") {
  return R"({"name":")" + name + R"(","served":true,"storage":)" + (storage ? "true" : "false") +
         R"(,"schema":{"openAPIV3Schema":)" + schema + "}" + more + "}";
}

std::string definition(const std::string& versions) {
  return R"({"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition",
      "metadata":{"name":"crontabs.stable.example.com"},"spec":{"group":"stable.example.com","scope":"Namespaced",
      "names":{"plural":"crontabs","kind":"CronTab","shortNames":["ct"],"categories":["all"]},
      "versions":[)" +
         versions + "]}}";
}

const std::string subresources = R"(,"subresources":{"status":{},"scale":{"specReplicasPath":".spec.replicas",
    "statusReplicasPath":".status.replicas","labelSelectorPath":".status.selector"}},
    "additionalPrinterColumns":[{"name":"Spec","type":"string","jsonPath":".spec.cronSpec"},
      {"name":"Replicas","type":"integer","jsonPath":".spec.replicas","priority":1}],
    "selectableFields":[{"jsonPath":".spec.image"}])";

std::string tab(const std::string& name, const std::string& spec) {
  return R"({"apiVersion":"stable.example.com/v1","kind":"CronTab","metadata":{"name":")" + name +
         R"("},"spec":)" + spec + "}";
}

bool is_established(const Answer& a) {
  return a.body.find(R"("type":"Established","status":"True")") != std::string::npos ||
         a.body.find("InitialNamesAccepted") != std::string::npos;
}

Awaitable<void> define(Client& admin, std::string versions) {
  const auto made = co_await admin.post(definitions, definition(versions));
  INFO(made.body);
  REQUIRE(made.status == 201);
  const auto known = co_await admin.get_until(definitions + "/crontabs.stable.example.com", is_established);
  INFO(known.body);
  REQUIRE(is_established(known));
}

}  // namespace

TEST_CASE("objects of a definition are created, pruned, defaulted, checked, selected and shown") {
  with_cluster([](Cluster& cluster) -> Awaitable<void> {
    auto admin = cluster.admin();
    const auto nothing = co_await admin.get(tabs);
    CHECK(nothing.status == 404);
    CHECK(nothing.body.find("could not find the requested resource") != std::string::npos);
    const auto versions = version("v1", true, subresources);
    co_await define(admin, versions);
    const auto made = co_await admin.post(tabs, tab("a", R"({"cronSpec":"* *","replicas":2,"unknown":1})"));
    INFO(made.body);
    CHECK(made.status == 201);
    CHECK(made.at("spec", "image") == "busybox");
    CHECK(made.at("spec", "unknown").empty());
    CHECK(made.at("metadata", "generation") == "1");
    CHECK(made.headers.get("Warning").find("unknown field") != std::string::npos);
    const auto strict =
        co_await admin.post(tabs + "?fieldValidation=Strict", tab("s", R"({"cronSpec":"*","x":1})"));
    CHECK(strict.status == 400);
    CHECK(strict.message().find("strict decoding error: unknown field \"spec.x\"") != std::string::npos);
    const auto wrong = co_await admin.post(tabs, tab("w", R"({"cronSpec":"nonsense","replicas":11})"));
    CHECK(wrong.status == 422);
    CHECK(wrong.message() ==
          "CronTab.stable.example.com \"w\" is invalid: [spec.cronSpec: Invalid value: \"nonsense\": "
          "spec.cronSpec in "
          "body should match '^(\\d+|\\*)( (\\d+|\\*))*$', spec.replicas: Invalid value: 11: spec.replicas "
          "in body "
          "should be less than or equal to 10]");
    const auto missing = co_await admin.post(tabs, tab("m", "{}"));
    CHECK(missing.message() == "CronTab.stable.example.com \"m\" is invalid: spec.cronSpec: Required value");
    const auto twice =
        co_await admin.post(tabs, tab("t", R"({"cronSpec":"*","ports":[{"port":1},{"port":1}]})"));
    CHECK(twice.message().find("spec.ports[1]: Duplicate value: {\"port\":1}") != std::string::npos);
    const auto selected = co_await admin.get(tabs + "?fieldSelector=spec.image=busybox");
    CHECK(selected.json().at("items").as_array().size() == 1);
    const auto none = co_await admin.get(tabs + "?fieldSelector=spec.image=other");
    CHECK(none.json().at("items").as_array().empty());
    const auto unselectable = co_await admin.get(tabs + "?fieldSelector=spec.cronSpec=x");
    CHECK(unselectable.status == 400);
    const auto patched = co_await admin.send("PATCH", tabs + "/a", R"({"spec":{"replicas":3}})");
    CHECK(patched.at("metadata", "generation") == "2");
    const auto invalid = co_await admin.send("PATCH", tabs + "/a", R"({"spec":{"replicas":30}})");
    CHECK(invalid.status == 422);
  });
}

TEST_CASE("status and scale of custom resources") {
  with_cluster([](Cluster& cluster) -> Awaitable<void> {
    auto admin = cluster.admin();
    const auto versions = version("v1", true, subresources);
    co_await define(admin, versions);
    const auto made = co_await admin.post(tabs, R"({"apiVersion":"stable.example.com/v1","kind":"CronTab",
        "metadata":{"name":"a"},"spec":{"cronSpec":"*","replicas":2},"status":{"replicas":9}})");
    REQUIRE(made.status == 201);
    CHECK(made.at("status").empty());
    const auto status = co_await admin.send(
        "PATCH", tabs + "/a/status", R"({"status":{"replicas":1,"selector":"a=b"},"spec":{"replicas":5}})");
    CHECK(status.at("status", "replicas") == "1");
    CHECK(status.at("spec", "replicas") == "2");
    CHECK(status.at("metadata", "generation") == "1");
    const auto scale = co_await admin.get(tabs + "/a/scale");
    CHECK(scale.at("kind") == "Scale");
    CHECK(scale.at("spec", "replicas") == "2");
    CHECK(scale.at("status", "replicas") == "1");
    CHECK(scale.at("status", "selector") == "a=b");
    const auto scaled = co_await admin.send("PATCH", tabs + "/a/scale", R"({"spec":{"replicas":4}})");
    CHECK(scaled.at("spec", "replicas") == "4");
    const auto now = co_await admin.get(tabs + "/a");
    CHECK(now.at("spec", "replicas") == "4");
    CHECK(now.at("metadata", "generation") == "2");
  });
}

TEST_CASE("definitions are in discovery and OpenAPI, with several versions of their objects") {
  with_cluster([](Cluster& cluster) -> Awaitable<void> {
    auto admin = cluster.admin();
    const auto versions =
        version("v1beta1", false, R"(,"deprecated":true)") + "," + version("v1", true, subresources);
    co_await define(admin, versions);
    const auto groups = co_await admin.get("/apis/stable.example.com");
    CHECK(groups.at("preferredVersion", "version") == "v1");
    const auto resources = co_await admin.get("/apis/stable.example.com/v1");
    CHECK(resources.body.find(R"("name":"crontabs/scale")") != std::string::npos);
    CHECK(resources.body.find(R"("shortNames":["ct"])") != std::string::npos);
    const auto v3 = co_await admin.get("/openapi/v3/apis/stable.example.com/v1");
    CHECK(v3.body.find("com.example.stable.v1.CronTab") != std::string::npos);
    CHECK(v3.body.find("cronSpec") != std::string::npos);
    const auto v2 = co_await admin.get("/openapi/v2");
    CHECK(v2.body.find("com.example.stable.v1.CronTabList") != std::string::npos);
    const auto made = co_await admin.post(tabs, tab("a", R"({"cronSpec":"*"})"));
    REQUIRE(made.status == 201);
    const std::string old_tabs = "/apis/stable.example.com/v1beta1/namespaces/default/crontabs";
    const auto old = co_await admin.get(old_tabs + "/a");
    CHECK(old.at("apiVersion") == "stable.example.com/v1beta1");
    CHECK(old.headers.get("Warning").find("stable.example.com/v1beta1 CronTab is deprecated; use "
                                          "stable.example.com/v1 CronTab") != std::string::npos);
    const auto list = co_await admin.get(old_tabs);
    CHECK(list.at("apiVersion") == "stable.example.com/v1beta1");
    CHECK(list.json().at("items").at(0).at("apiVersion") == "stable.example.com/v1beta1");
    // The managers of its fields name versions too, which says nothing of the object's.
    const auto patched = co_await admin.send("PATCH", old_tabs + "/a", R"({"spec":{"image":"x"}})");
    CHECK(patched.at("apiVersion") == "stable.example.com/v1beta1");
    for (const std::string name : {"v1", "v1beta1"}) {
      const auto shown =
          co_await admin.get("/apis/stable.example.com/" + name + "/namespaces/default/crontabs/a");
      CHECK(shown.at("apiVersion") == "stable.example.com/" + name);
    }
    const auto unserved = co_await admin.get("/apis/stable.example.com/v9/namespaces/default/crontabs");
    CHECK(unserved.status == 404);
  });
}

TEST_CASE("rules of a schema are checked and run") {
  with_cluster([](Cluster& cluster) -> Awaitable<void> {
    auto admin = cluster.admin();
    const auto ruled = [](const std::string& rule) {
      return definition(
          R"({"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object",
          "properties":{"spec":{"type":"object","x-kubernetes-validations":[)" +
          rule + R"(],
          "properties":{"min":{"type":"integer"},"max":{"type":"integer"}}}}}}})");
    };
    const auto wrong = co_await admin.post(definitions, ruled(R"({"rule":"self.min <= self.nothing"})"));
    CHECK(wrong.status == 422);
    CHECK(wrong.message().find("x-kubernetes-validations[0].rule") != std::string::npos);
    const auto made = co_await admin.post(
        definitions, ruled(R"({"rule":"self.min <= self.max","message":"min must not exceed max"},
                              {"rule":"self.max >= oldSelf.max","message":"max only grows"})"));
    INFO(made.body);
    REQUIRE(made.status == 201);
    const auto known = co_await admin.get_until(definitions + "/crontabs.stable.example.com", is_established);
    REQUIRE(is_established(known));
    const auto bad = co_await admin.post(tabs, tab("bad", R"({"min":2,"max":1})"));
    CHECK(bad.status == 422);
    CHECK(bad.message().find("min must not exceed max") != std::string::npos);
    const auto good = co_await admin.post(tabs, tab("good", R"({"min":1,"max":2})"));
    CHECK(good.status == 201);
    const auto less = co_await admin.send("PATCH", tabs + "/good", R"({"spec":{"max":1}})");
    CHECK(less.status == 422);
    CHECK(less.message().find("max only grows") != std::string::npos);
    const auto more = co_await admin.send("PATCH", tabs + "/good", R"({"spec":{"max":3}})");
    CHECK(more.status == 200);
  });
}

TEST_CASE("a definition that goes takes its objects and ends their watches") {
  with_cluster([](Cluster& cluster) -> Awaitable<void> {
    auto admin = cluster.admin();
    const auto versions = version("v1", true);
    co_await define(admin, versions);
    for (const std::string name : {"a", "b"}) {
      const auto made = co_await admin.post(tabs, tab(name, R"({"cronSpec":"*"})"));
      REQUIRE(made.status == 201);
    }
    auto watch = co_await admin.open(tabs + "?watch=1");
    REQUIRE(watch.has_value());
    const auto gone = co_await admin.send("DELETE", definitions + "/crontabs.stable.example.com", "");
    CHECK(gone.status == 200);
    CHECK(gone.body.find("InstanceDeletionPending") != std::string::npos);
    std::string seen;
    while (true) {
      auto piece = co_await (*watch)->read_some();
      if (!piece || piece->empty()) break;
      seen += *piece;
    }
    CHECK(seen.find(R"("type":"DELETED")") != std::string::npos);
    const auto absent = co_await admin.get_until(definitions + "/crontabs.stable.example.com",
                                                 [](const Answer& a) { return a.status == 404; });
    CHECK(absent.status == 404);
    const auto unknown = co_await admin.get_until(tabs, [](const Answer& a) { return a.status == 404; });
    CHECK(unknown.status == 404);
    const auto discovery =
        co_await admin.get_until("/apis/stable.example.com", [](const Answer& a) { return a.status == 404; });
    CHECK(discovery.status == 404);
    // The same name again begins with nothing.
    co_await define(admin, versions);
    const auto empty = co_await admin.get(tabs);
    CHECK(empty.json().at("items").as_array().empty());
  });
}

TEST_CASE("a new schema is at work at once, also on what is stored") {
  with_cluster([](Cluster& cluster) -> Awaitable<void> {
    auto admin = cluster.admin();
    const auto versions = version("v1", true);
    co_await define(admin, versions);
    const auto made = co_await admin.post(tabs, tab("a", R"({"cronSpec":"*"})"));
    REQUIRE(made.status == 201);
    const std::string path = definitions + "/crontabs.stable.example.com";
    const auto changed =
        co_await admin.send("PATCH", path, R"({"spec":{"versions":[{"name":"v1","served":true,"storage":true,
        "schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":{"type":"object","properties":{
          "cronSpec":{"type":"string"},"fresh":{"type":"integer","default":7}}}}}}}]}})");
    INFO(changed.body);
    REQUIRE(changed.status == 200);
    const auto now =
        co_await admin.get_until(tabs + "/a", [](const Answer& a) { return a.at("spec", "fresh") == "7"; });
    CHECK(now.at("spec", "fresh") == "7");
    CHECK(now.at("spec", "image").empty());
  });
}

TEST_CASE("definitions that are wrong, and what may not change") {
  with_cluster([](Cluster& cluster) -> Awaitable<void> {
    auto admin = cluster.admin();
    const auto unstructured = co_await admin.post(
        definitions, definition(R"({"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":
            {"type":"object","properties":{"x":{}}}}})"));
    CHECK(unstructured.status == 422);
    CHECK(unstructured.message() ==
          "CustomResourceDefinition.apiextensions.k8s.io \"crontabs.stable.example.com\" is invalid: "
          "spec.versions[0].schema.openAPIV3Schema.properties[x].type: Required value: must not be empty for "
          "specified "
          "object fields");
    const auto two = version("v1", true) + "," + version("v2", true);
    const auto both = co_await admin.post(definitions, definition(two));
    CHECK(both.message().find("must have exactly one version marked as storage version") !=
          std::string::npos);
    const auto versions = version("v1", true);
    co_await define(admin, versions);
    const std::string path = definitions + "/crontabs.stable.example.com";
    const auto scope = co_await admin.send("PATCH", path, R"({"spec":{"scope":"Cluster"}})");
    CHECK(scope.message().find("spec.scope: Invalid value: \"Cluster\": field is immutable") !=
          std::string::npos);
    const auto one = co_await admin.get(path);
    CHECK(one.at("status", "storedVersions") == R"(["v1"])");
    CHECK(one.at("spec", "names", "listKind") == "CronTabList");
    CHECK(one.at("spec", "conversion", "strategy") == "None");
  });
}

}  // namespace apiserver
