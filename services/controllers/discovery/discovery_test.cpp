#include "controllers/discovery/discovery.hpp"
#include <catch2/catch.hpp>
#include "api/typed.hpp"
#include "client/testing/run.hpp"
#include "controllers/discovery/testing.hpp"

namespace controllers::discovery {

TEST_CASE("the preferred version comes first") {
  const auto doc =
      *api::parse_typed_json(R"({"groups":[{"name":"batch","preferredVersion":{"groupVersion":"batch/v1"},
    "versions":[{"groupVersion":"batch/v1beta1"},{"groupVersion":"batch/v1"}]}]})");
  const auto versions = versions_of(doc);
  REQUIRE(versions.size() == 2);
  CHECK(versions[0].text() == "batch/v1");
  CHECK(versions[1].text() == "batch/v1beta1");
  CHECK(versions_of(*api::parse_typed_json(R"({"versions":["v1"]})")).at(0).text() == "v1");
  CHECK(versions_of(*api::parse_typed_json(R"([1])")).empty());
}

TEST_CASE("subresources are left out") {
  const auto doc = *api::parse_typed_json(R"({"resources":[
    {"name":"pods","kind":"Pod","namespaced":true,"verbs":["list","delete"]},
    {"name":"pods/log","kind":"Pod","namespaced":true,"verbs":["get"]}]})");
  const auto resources = resources_of({"", "v1"}, doc);
  REQUIRE(resources.size() == 1);
  CHECK(resources[0].kind == "Pod");
  CHECK(has_verb(resources[0], "delete"));
  CHECK_FALSE(has_verb(resources[0], "watch"));
}

TEST_CASE("a group that cannot be read does not hide the others") {
  client::testing::run([](base::Executor ex) -> base::Awaitable<void> {
    const auto api = std::make_shared<client::testing::FakeRestClient>(ex);
    testing::serve_discovery(*api, {api::find_resource("", "v1", "pods")});
    boost::json::array versions{boost::json::object{{"groupVersion", "broken/v1"}}};
    boost::json::array groups{boost::json::object{{"versions", versions}}};
    api->set_path("/apis", boost::json::object{{"groups", groups}});
    const auto found = co_await discover(api);
    REQUIRE(found.has_value());
    CHECK(found->resources.size() == 1);
    REQUIRE(found->failed.size() == 1);
    CHECK(found->failed[0].starts_with("broken/v1: "));
  });
}

}  // namespace controllers::discovery
