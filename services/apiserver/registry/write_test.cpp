#include "apiserver/registry/testing.hpp"

namespace apiserver::registry {
namespace {

using api::get_int;
using api::get_string;
using testing::Bench;
using testing::object;
using testing::with_bench;

Change put(std::string text, Call call) {
  return [text = std::move(text), call = std::move(call)](const Object&) -> api::StatusOr<Object> {
    Object o = object(text);
    o["kind"] = call.resource->kind;
    o["apiVersion"] = call.resource->group_version().text();
    return o;
  };
}
/// The present object with one member set; `path` as "spec.replicas".
Change set(const std::string& path, boost::json::value value) {
  return [path, value](const Object& present) -> api::StatusOr<Object> {
    Object o = present;
    Object* at = &o;
    std::size_t begin = 0;
    for (auto dot = path.find('.'); dot != std::string::npos; dot = path.find('.', begin)) {
      at = &api::ensure_object(*at, {std::string_view(path).substr(begin, dot - begin)});
      begin = dot + 1;
    }
    (*at)[path.substr(begin)] = value;
    return o;
  };
}

const std::string web =
    R"({"metadata":{"name":"web","namespace":"default"},"spec":{"replicas":1,"selector":{"matchLabels":{"a":"b"}},
    "template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}})";
const std::string lease = R"({"metadata":{"name":"l"},"spec":{"holderIdentity":"me"}})";

TEST_CASE("a new object gets what only the system may give") {
  with_bench([](Bench& b) -> base::Awaitable<void> {
    const auto made = co_await b.create("apps/v1", "deployments", "default",
                                        R"({"metadata":{"name":"web","uid":"mine","generation":7,
      "deletionTimestamp":"2020-01-01T00:00:00Z"},"status":{"replicas":9},"spec":{"selector":{"matchLabels":{"a":"b"}},
      "template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}})");
    REQUIRE(made.has_value());
    CHECK(get_string(*made, {"metadata", "uid"}).starts_with("uid-"));
    CHECK(get_string(*made, {"metadata", "namespace"}) == "default");
    CHECK(get_string(*made, {"metadata", "creationTimestamp"}) == base::format_rfc3339(b.clock.now()));
    CHECK(get_string(*made, {"metadata", "resourceVersion"}) == std::to_string(b.store->revision()));
    CHECK(get_int(*made, {"metadata", "generation"}) == 1);
    CHECK_FALSE(api::is_deleting(*made));
    CHECK(made->at("status").as_object().empty());
    CHECK(get_int(*made, {"spec", "replicas"}) == 1);
    auto call = Bench::call("apps/v1", "deployments", "default", "web");
    const auto read = co_await b.get(call);
    REQUIRE(read.has_value());
    CHECK(*read == *made);
  });
}

TEST_CASE("what a create is refused for") {
  with_bench([](Bench& b) -> base::Awaitable<void> {
    struct Case {
      std::string ns, text;
      int code;
      std::string message;
    };
    const Case cases[] = {
        {"default", R"({"metadata":{"name":"m"}})", 409, "configmaps \"m\" already exists"},
        {"default", R"({"metadata":{"name":"n","namespace":"other"}})", 400,
         "the namespace of the provided object does not match the namespace sent on the request"},
        {"default", R"({"metadata":{"name":"n","resourceVersion":"3"}})", 400,
         "resourceVersion should not be set on objects to be created"},
        {"nowhere", R"({"metadata":{"name":"n"}})", 404, "namespaces \"nowhere\" not found"},
        {"default", R"({"metadata":{}})", 422,
         "ConfigMap \"\" is invalid: metadata.name: Required value: name or generateName is required"},
        {"default", R"({"metadata":{"name":"N_o"}})", 422,
         "ConfigMap \"N_o\" is invalid: metadata.name: Invalid "},
        {"default", R"({"metadata":{"name":"n","labels":{"-":"x"}}})", 422, "metadata.labels: Invalid value"},
        {"default", R"({"metadata":{"name":"n","ownerReferences":[{"kind":"Pod"}]}})", 422,
         "metadata.ownerReferences[0].uid: Invalid value"},
    };
    co_await b.create("v1", "configmaps", "default", R"({"metadata":{"name":"m"}})");
    for (const auto& c : cases) {
      const auto made = co_await b.create("v1", "configmaps", c.ns, c.text);
      INFO(c.text);
      REQUIRE_FALSE(made.has_value());
      CHECK(made.error().code == c.code);
      CHECK_THAT(made.error().message, Catch::Contains(c.message));
    }
  });
}

TEST_CASE("generateName makes names until one is free") {
  with_bench([](Bench& b) -> base::Awaitable<void> {
    const std::string text = R"({"metadata":{"generateName":"m-"}})";
    co_await b.create("v1", "configmaps", "default", R"({"metadata":{"name":"m-xxxx1"}})");
    const auto made = co_await b.create("v1", "configmaps", "default", text);
    REQUIRE(made.has_value());
    CHECK(api::name_of(*made) == "m-xxxx2");
    const std::string longer = R"({"metadata":{"generateName":")" + std::string(80, 'a') + R"("}})";
    const auto cut = co_await b.create("v1", "configmaps", "default", longer);
    REQUIRE(cut.has_value());
    CHECK(api::name_of(*cut).size() == 63);
  });
}

TEST_CASE("a dry run answers like the real thing and stores nothing") {
  with_bench([](Bench& b) -> base::Awaitable<void> {
    const auto before = b.store->revision();
    auto call = Bench::call("v1", "configmaps", "default");
    call.dry_run = true;
    const auto made = co_await b.create(call, R"({"metadata":{"name":"m"}})");
    REQUIRE(made.has_value());
    CHECK(api::resource_version_of(*made).empty());
    CHECK(b.store->revision() == before);
    auto real = Bench::call("v1", "configmaps", "default");
    co_await b.create(real, R"({"metadata":{"name":"m"},"data":{"a":"1"}})");
    const auto written = b.store->revision();
    auto known = co_await b.get(Bench::call("v1", "configmaps", "default", "m"));
    REQUIRE(known.has_value());
    const auto again = co_await b.create(call, R"({"metadata":{"name":"m"}})");
    CHECK(again.error().code == 409);
    call.name = "m";
    const auto changed = co_await b.update(call, set("data.a", "2"));
    REQUIRE(changed.has_value());
    CHECK(get_string(*changed, {"data", "a"}) == "2");
    const auto ok1 = co_await b.remove(call);
    CHECK(ok1.has_value());
    CHECK(b.store->revision() == written);
  });
}

TEST_CASE("updates meet the present object") {
  with_bench([](Bench& b) -> base::Awaitable<void> {
    auto call = Bench::call("apps/v1", "deployments", "default", "web");
    const auto made = co_await b.create("apps/v1", "deployments", "default", web);
    REQUIRE(made.has_value());
    const std::string version(api::resource_version_of(*made));

    const auto same = co_await b.update(call, set("spec.replicas", 1));
    REQUIRE(same.has_value());
    CHECK(api::resource_version_of(*same) == version);

    const auto scaled = co_await b.update(call, set("spec.replicas", 3));
    REQUIRE(scaled.has_value());
    CHECK(get_int(*scaled, {"metadata", "generation"}) == 2);
    CHECK(api::uid_of(*scaled) == api::uid_of(*made));

    const auto labelled = co_await b.update(call, set("metadata.labels.x", "y"));
    REQUIRE(labelled.has_value());
    CHECK(get_int(*labelled, {"metadata", "generation"}) == 2);

    const auto stale = co_await b.update(call, set("metadata.resourceVersion", boost::json::string(version)));
    CHECK(stale.error().code == 409);
    CHECK_THAT(stale.error().message, Catch::Contains("the object has been modified"));

    const auto other = co_await b.update(call, set("metadata.uid", "another"));
    CHECK(other.error().code == 409);
    CHECK_THAT(other.error().message, Catch::Contains("Precondition failed: UID in precondition: another"));

    auto absent = call;
    absent.name = "nothing";
    const auto missing = co_await b.update(absent, put(web, absent));
    CHECK(missing.error().code == 404);

    const auto renamed = co_await b.update(call, set("metadata.name", "we"));
    CHECK(renamed.error().code == 400);
  });
}

TEST_CASE("the status and the rest have doors of their own") {
  with_bench([](Bench& b) -> base::Awaitable<void> {
    co_await b.create("apps/v1", "deployments", "default", web);
    auto main = Bench::call("apps/v1", "deployments", "default", "web");
    auto status = Bench::call("apps/v1", "deployments/status", "default", "web");
    const auto both = [](const Object& present) -> api::StatusOr<Object> {
      Object o = present;
      o["status"] = {{"replicas", 5}};
      o["spec"].as_object()["replicas"] = 7;
      return o;
    };
    const auto through_status = co_await b.update(status, both);
    REQUIRE(through_status.has_value());
    CHECK(get_int(*through_status, {"status", "replicas"}) == 5);
    CHECK(get_int(*through_status, {"spec", "replicas"}) == 1);
    CHECK(get_int(*through_status, {"metadata", "generation"}) == 1);
    const auto drops_status = [](const Object& present) -> api::StatusOr<Object> {
      Object o = present;
      api::remove(o, {"status"});
      o["spec"].as_object()["replicas"] = 7;
      return o;
    };
    const auto through_main = co_await b.update(main, drops_status);
    REQUIRE(through_main.has_value());
    CHECK(get_int(*through_main, {"status", "replicas"}) == 5);
    CHECK(get_int(*through_main, {"spec", "replicas"}) == 7);
  });
}

TEST_CASE("leases: a PUT creates, and an update must say what it saw") {
  with_bench([](Bench& b) -> base::Awaitable<void> {
    auto call = Bench::call("coordination.k8s.io/v1", "leases", "default", "l");
    auto answer = co_await b.registry.update(call, put(lease, call));
    REQUIRE(answer.has_value());
    CHECK(answer->status == 201);
    const auto blind = co_await b.update(call, put(lease, call));
    CHECK(blind.error().code == 422);
    CHECK_THAT(blind.error().message, Catch::Contains("metadata.resourceVersion: Invalid value: 0: must be"));
    auto absent = call;
    absent.name = "k";
    const auto seen = co_await b.update(
        absent, put(R"({"metadata":{"name":"k","resourceVersion":"5"},"spec":{}})", absent));
    CHECK(seen.error().code == 404);
  });
}

TEST_CASE("a write that lost the race is made again on what is there now") {
  with_bench([](Bench& b) -> base::Awaitable<void> {
    co_await b.create("v1", "configmaps", "default", R"({"metadata":{"name":"m"},"data":{"n":"0"}})");
    auto call = Bench::call("v1", "configmaps", "default", "m");
    const Change count = [](const Object& present) -> api::StatusOr<Object> {
      Object o = present;
      const std::string n(get_string(o, {"data", "n"}));
      api::ensure_object(o, {"data"})["n"] = std::to_string(std::stoi(n) + 1);
      return o;
    };
    // The cache lags behind: each of these starts from what it has.
    for (int i = 0; i < 20; ++i) {
      const auto counted = co_await b.update(call, count);
      REQUIRE(counted.has_value());
    }
    const auto read = co_await b.get(call);
    REQUIRE(read.has_value());
    CHECK(get_string(*read, {"data", "n"}) == "20");
    // A refusal that came from the cache's old view is none.
    const Change is_20 = [](const Object& present) -> api::StatusOr<Object> {
      if (get_string(present, {"data", "n"}) != "21") return api::StatusError::bad_request("not there yet");
      return present;
    };
    const auto ok2 = co_await b.update(call, count);
    REQUIRE(ok2.has_value());
    const auto ok3 = co_await b.update(call, is_20);
    CHECK(ok3.has_value());
  });
}

TEST_CASE("one object, several versions") {
  with_bench([](Bench& b) -> base::Awaitable<void> {
    const auto made = co_await b.create("autoscaling/v1", "horizontalpodautoscalers", "default",
                                        R"({"metadata":{"name":"h"},"spec":{"maxReplicas":5,
      "targetCPUUtilizationPercentage":70,"scaleTargetRef":{"kind":"Deployment","name":"web"}}})");
    REQUIRE(made.has_value());
    CHECK(get_string(*made, {"apiVersion"}) == "autoscaling/v1");
    CHECK(get_int(*made, {"spec", "targetCPUUtilizationPercentage"}) == 70);
    const auto v2 = co_await b.get(Bench::call("autoscaling/v2", "horizontalpodautoscalers", "default", "h"));
    REQUIRE(v2.has_value());
    CHECK(get_string(*v2, {"apiVersion"}) == "autoscaling/v2");
    CHECK(v2->at("spec").at("metrics").as_array().size() == 1);

    const auto event =
        co_await b.create("events.k8s.io/v1", "events", "default",
                          R"({"metadata":{"name":"e"},"eventTime":"2026-01-01T00:00:00.000000Z",
      "note":"hello","reason":"R","type":"Normal","action":"A","reportingController":"c","reportingInstance":"i",
      "regarding":{"kind":"Pod","name":"p","namespace":"default"}})");
    REQUIRE(event.has_value());
    CHECK(get_string(*event, {"note"}) == "hello");
    const auto core = co_await b.get(Bench::call("v1", "events", "default", "e"));
    REQUIRE(core.has_value());
    CHECK(get_string(*core, {"message"}) == "hello");
    CHECK(get_string(*core, {"involvedObject", "name"}) == "p");
    CHECK(get_string(*core, {"apiVersion"}) == "v1");
  });
}

TEST_CASE("an object as deep as decoding admits is stored and read") {
  with_bench([](Bench& b) -> base::Awaitable<void> {
    std::string schema = R"({"type":"object"})";
    for (int i = 0; i < 40; ++i)
      schema = R"({"type":"object","properties":{"p":)" + schema + "}}";
    const auto made =
        co_await b.create("apiextensions.k8s.io/v1", "customresourcedefinitions", "",
                          R"({"metadata":{"name":"deeps.example.com"},"spec":{"group":"example.com",
      "names":{"plural":"deeps","kind":"Deep","singular":"deep","listKind":"DeepList"},"scope":"Namespaced",
      "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":)" +
                              schema + "}}]}}");
    REQUIRE(made.has_value());
    const auto read = co_await b.get(
        Bench::call("apiextensions.k8s.io/v1", "customresourcedefinitions", "", "deeps.example.com"));
    REQUIRE(read.has_value());
    CHECK(*read == *made);
  });
}

TEST_CASE("a store that is away is said to be, and nothing hangs") {
  with_bench([](Bench& b) -> base::Awaitable<void> {
    b.store->interrupt();
    const auto made = co_await b.create("v1", "configmaps", "default", R"({"metadata":{"name":"m"}})");
    CHECK(made.error().code == 503);
    const auto read = co_await b.get(Bench::call("v1", "configmaps", "default", "m"));
    CHECK(read.error().code == 503);
    b.store->restore();
    const auto ok4 = co_await b.create("v1", "configmaps", "default", R"({"metadata":{"name":"m"}})");
    CHECK(ok4.has_value());
  });
}

}  // namespace
}  // namespace apiserver::registry
