#include <sstream>
#include "apiserver/registry/testing.hpp"

namespace apiserver::registry {
namespace {

using api::get_int;
using api::get_string;
using testing::Bench;
using testing::with_bench;

Call map_call(std::string name) {
  return Bench::call("v1", "configmaps", "default", std::move(name));
}
Call pod_call(std::string name) {
  return Bench::call("v1", "pods", "default", std::move(name));
}
std::string pod(const std::string& name, const std::string& node) {
  const std::string on = node.empty() ? "" : R"("nodeName":")" + node + R"(",)";
  return R"({"metadata":{"name":")" + name + R"("},"spec":{)" + on +
         R"("containers":[{"name":"c","image":"i"}]}})";
}
/// Separated by blanks.
Change finalizers(const std::string& list) {
  return [list](const Object& present) -> api::StatusOr<Object> {
    Object o = present;
    boost::json::array all;
    std::istringstream in(list);
    for (std::string one; in >> one;)
      all.push_back(boost::json::string(one));
    api::metadata(o)["finalizers"] = std::move(all);
    return o;
  };
}
boost::json::array finalizers_of(const Object& o) {
  const auto* list = api::get_array(o, {"metadata", "finalizers"});
  return list ? *list : boost::json::array();
}

TEST_CASE("a delete without ties removes at once and answers a Status") {
  with_bench([](Bench& b) -> base::Awaitable<void> {
    const auto made = co_await b.create("apps/v1", "deployments", "default", R"({"metadata":{"name":"web"},
      "spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},
      "spec":{"containers":[{"name":"c","image":"i"}]}}}})");
    REQUIRE(made.has_value());
    auto call = Bench::call("apps/v1", "deployments", "default", "web");
    const auto removed = co_await b.remove(call);
    REQUIRE(removed.has_value());
    CHECK(get_string(*removed, {"status"}) == "Success");
    CHECK(get_string(*removed, {"details", "group"}) == "apps");
    CHECK(get_string(*removed, {"details", "kind"}) == "deployments");
    CHECK(get_string(*removed, {"details", "uid"}) == api::uid_of(*made));
    const auto again = co_await b.remove(call);
    CHECK(again.error().code == 404);
  });
}

TEST_CASE("preconditions of a delete") {
  with_bench([](Bench& b) -> base::Awaitable<void> {
    const auto made = co_await b.create("v1", "configmaps", "default", R"({"metadata":{"name":"m"}})");
    REQUIRE(made.has_value());
    const auto uid = co_await b.remove(map_call("m"), R"({"preconditions":{"uid":"another"}})");
    CHECK(uid.error().code == 409);
    const auto version = co_await b.remove(map_call("m"), R"({"preconditions":{"resourceVersion":"1"}})");
    CHECK(version.error().code == 409);
    const std::string right(api::uid_of(*made));
    const auto ok1 = co_await b.remove(map_call("m"), R"({"preconditions":{"uid":")" + right + R"("}})");
    CHECK(ok1.has_value());
  });
}

TEST_CASE("finalizers hold an object until the last one is taken away") {
  with_bench([](Bench& b) -> base::Awaitable<void> {
    co_await b.create("v1", "configmaps", "default",
                      R"({"metadata":{"name":"m","finalizers":["example.com/a","example.com/b"]}})");
    const auto marked = co_await b.remove(map_call("m"));
    REQUIRE(marked.has_value());
    CHECK(api::is_deleting(*marked));
    CHECK(get_int(*marked, {"metadata", "deletionGracePeriodSeconds"}) == 0);
    const auto more = co_await b.update(map_call("m"), finalizers("example.com/a example.com/c"));
    CHECK(more.error().code == 422);
    CHECK_THAT(more.error().message, Catch::Contains("no new finalizers can be added"));
    const auto fewer = co_await b.update(map_call("m"), finalizers("example.com/b"));
    REQUIRE(fewer.has_value());
    const auto ok2 = co_await b.get(map_call("m"));
    REQUIRE(ok2.has_value());
    const auto last = co_await b.update(map_call("m"), finalizers(""));
    REQUIRE(last.has_value());
    const auto gone = co_await b.get(map_call("m"));
    CHECK(gone.error().code == 404);
  });
}

TEST_CASE("a pod on a node is left to its node for a while") {
  with_bench([](Bench& b) -> base::Awaitable<void> {
    const auto made = co_await b.create("v1", "pods", "default", pod("p", "n1"));
    REQUIRE(made.has_value());
    const auto marked = co_await b.remove(pod_call("p"));
    REQUIRE(marked.has_value());
    CHECK(get_string(*marked, {"kind"}) == "Pod");
    CHECK(get_int(*marked, {"metadata", "deletionGracePeriodSeconds"}) == 30);
    CHECK(get_string(*marked, {"metadata", "deletionTimestamp"}) ==
          base::format_rfc3339(b.clock.now() + std::chrono::seconds(30)));
    const auto longer = co_await b.remove(pod_call("p"), R"({"gracePeriodSeconds":60})");
    REQUIRE(longer.has_value());
    CHECK(api::resource_version_of(*longer) == api::resource_version_of(*marked));
    const auto shorter = co_await b.remove(pod_call("p"), R"({"gracePeriodSeconds":5})");
    REQUIRE(shorter.has_value());
    CHECK(get_string(*shorter, {"metadata", "deletionTimestamp"}) ==
          base::format_rfc3339(b.clock.now() + std::chrono::seconds(5)));
    const auto now = co_await b.remove(pod_call("p"), R"({"gracePeriodSeconds":0})");
    REQUIRE(now.has_value());
    const auto gone = co_await b.get(pod_call("p"));
    CHECK(gone.error().code == 404);
  });
}

TEST_CASE("a pod without a node goes at once; one with a finalizer when that is gone") {
  with_bench([](Bench& b) -> base::Awaitable<void> {
    co_await b.create("v1", "pods", "default", pod("p", ""));
    const auto removed = co_await b.remove(pod_call("p"));
    REQUIRE(removed.has_value());
    CHECK(get_string(*removed, {"kind"}) == "Pod");
    const auto gone = co_await b.get(pod_call("p"));
    CHECK(gone.error().code == 404);

    co_await b.create("v1", "pods", "default", pod("q", "n1"));
    const auto ok3 = co_await b.update(pod_call("q"), finalizers("example.com/a"));
    REQUIRE(ok3.has_value());
    const auto ok4 = co_await b.remove(pod_call("q"), R"({"gracePeriodSeconds":0})");
    REQUIRE(ok4.has_value());
    const auto held = co_await b.get(pod_call("q"));
    REQUIRE(held.has_value());
    CHECK(api::is_deleting(*held));
    const auto ok5 = co_await b.update(pod_call("q"), finalizers(""));
    REQUIRE(ok5.has_value());
    const auto let_go = co_await b.get(pod_call("q"));
    CHECK(let_go.error().code == 404);
  });
}

TEST_CASE("the propagation policy is left to the garbage collector as a finalizer") {
  with_bench([](Bench& b) -> base::Awaitable<void> {
    const auto rs = R"({"metadata":{"name":"r"},"spec":{"selector":{"matchLabels":{"a":"b"}},
      "template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}})";
    auto call = Bench::call("apps/v1", "replicasets", "default", "r");
    const std::pair<std::string, std::string> policies[] = {{"Foreground", "foregroundDeletion"},
                                                            {"Orphan", "orphan"}};
    for (const auto& [policy, finalizer] : policies) {
      const auto ok6 = co_await b.create("apps/v1", "replicasets", "default", rs);
      REQUIRE(ok6.has_value());
      const auto marked = co_await b.remove(call, R"({"propagationPolicy":")" + policy + R"("})");
      REQUIRE(marked.has_value());
      CHECK(finalizers_of(*marked).at(0).as_string() == finalizer);
      // Asked again otherwise, the new wish holds: nothing is left to wait for.
      const auto ok7 = co_await b.remove(call, R"({"propagationPolicy":"Background"})");
      REQUIRE(ok7.has_value());
      const auto gone = co_await b.get(call);
      CHECK(gone.error().code == 404);
    }
    const auto wrong = DeleteOptions::from_json(testing::object(R"({"propagationPolicy":"Sideways"})"));
    CHECK(wrong.error().code == 422);
    const auto both = DeleteOptions::from_json(
        testing::object(R"({"propagationPolicy":"Orphan","orphanDependents":true})"));
    CHECK(both.error().code == 422);
  });
}

TEST_CASE("a namespace is first emptied, then finalized") {
  with_bench([](Bench& b) -> base::Awaitable<void> {
    auto call = Bench::call("v1", "namespaces", "", "other");
    const auto marked = co_await b.remove(call);
    REQUIRE(marked.has_value());
    CHECK(get_string(*marked, {"status", "phase"}) == "Terminating");
    const auto refused = co_await b.create("v1", "configmaps", "other", R"({"metadata":{"name":"m"}})");
    CHECK(refused.error().code == 403);
    CHECK_THAT(refused.error().message, Catch::Contains("because it is being terminated"));
    auto finalize = Bench::call("v1", "namespaces/finalize", "", "other");
    const Change empty = [](const Object& present) -> api::StatusOr<Object> {
      Object o = present;
      api::ensure_object(o, {"spec"})["finalizers"] = boost::json::array();
      return o;
    };
    const auto ok8 = co_await b.update(finalize, empty);
    REQUIRE(ok8.has_value());
    const auto gone = co_await b.get(call);
    CHECK(gone.error().code == 404);
    const auto kept = co_await b.remove(Bench::call("v1", "namespaces", "", "default"));
    CHECK(kept.error().code == 403);
  });
}

TEST_CASE("a collection is deleted as far as the selection goes") {
  with_bench([](Bench& b) -> base::Awaitable<void> {
    for (const std::string name : {"a", "b", "c"}) {
      const std::string label = name == "b" ? "no" : "yes";
      co_await b.create("v1", "configmaps", "default",
                        R"({"metadata":{"name":")" + name + R"(","labels":{"x":")" + label + R"("}}})");
    }
    ListRequest request;
    request.selection = cache::Selection::make("default", "", api::LabelSelector::parse("x=yes").value(),
                                               api::FieldSelector(), {})
                            .value();
    auto call = Bench::call("v1", "configmaps", "default");
    auto removed = co_await b.registry.remove_collection(call, DeleteOptions(), request);
    REQUIRE(removed.has_value());
    CHECK(removed->entries.size() == 2);
    const auto ok9 = co_await b.get(map_call("b"));
    CHECK(ok9.has_value());
    const auto gone = co_await b.get(map_call("a"));
    CHECK_FALSE(gone.has_value());
  });
}

}  // namespace
}  // namespace apiserver::registry
