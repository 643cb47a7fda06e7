#include "apiserver/request/testing.hpp"
#include "base/yaml.hpp"

namespace apiserver::request {
namespace {

using namespace testing;
using api::get_string;

const HeaderMap as_table{{"Accept", "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"}};
const HeaderMap as_metadata{{"Accept", "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"}};
const HeaderMap as_metadata_list{
    {"Accept", "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"}};
const HeaderMap as_yaml{{"Accept", "application/yaml"}};

TEST_CASE("tables, metadata and YAML of objects and lists") {
  with_server([](Server& s) -> base::Awaitable<void> {
    co_await s.call("POST", maps, map_of("m"));
    const auto row = co_await s.call("GET", maps + "/m", "", as_table);
    CHECK(get_string(row.json(), {"kind"}) == "Table");
    CHECK(row.json()["rows"].at(0).at("cells").at(0) == "m");
    CHECK(row.json()["rows"].at(0).at("object").at("kind") == "PartialObjectMetadata");
    const auto table = co_await s.call("GET", maps + "?includeObject=Object", "", as_table);
    CHECK(table.json()["rows"].at(0).at("object").at("kind") == "ConfigMap");
    CHECK(table.json()["columnDefinitions"].at(0).at("name") == "Name");
    const auto meta = co_await s.call("GET", maps + "/m", "", as_metadata);
    CHECK(get_string(meta.json(), {"kind"}) == "PartialObjectMetadata");
    CHECK_FALSE(meta.json().contains("data"));
    const auto metas = co_await s.call("GET", maps, "", as_metadata_list);
    CHECK(get_string(metas.json(), {"kind"}) == "PartialObjectMetadataList");
    CHECK(metas.json()["items"].at(0).at("metadata").at("name") == "m");
    const auto yaml = co_await s.call("GET", maps, "", as_yaml);
    CHECK(yaml.headers.get("Content-Type") == "application/yaml");
    const auto parsed = base::parse_yaml(yaml.text);
    REQUIRE(parsed.has_value());
    CHECK(parsed->at("items").at(0).at("metadata").at("name") == "m");
    // A Status has one shape only.
    const auto deleted = co_await s.call("DELETE", maps + "/m", "", as_table);
    CHECK(get_string(deleted.json(), {"kind"}) == "Status");
    const auto missing = co_await s.call("GET", maps + "/m", "", as_yaml);
    CHECK(missing.status == 404);
    CHECK_THAT(missing.text, Catch::Contains("reason: NotFound"));
  });
}

TEST_CASE("YAML in, and line breaks for people") {
  with_server([](Server& s) -> base::Awaitable<void> {
    const HeaderMap yaml{{"Content-Type", "application/yaml"}, {"User-Agent", "curl/8"}};
    const auto made = co_await s.call("POST", maps, "metadata:\n  name: m\ndata:\n  a: '1'\n", yaml);
    CHECK(made.status == 201);
    CHECK_THAT(made.text, Catch::Contains("\n  \"data\": {\n    \"a\": \"1\"\n  }\n}\n"));
    const auto plain = co_await s.call("GET", maps + "/m?pretty=false", "", yaml);
    CHECK(plain.text.find('\n') == std::string::npos);
  });
}

TEST_CASE("pages tell how to go on") {
  with_server([](Server& s) -> base::Awaitable<void> {
    for (const std::string name : {"a", "b", "c"})
      co_await s.call("POST", maps, map_of(name));
    const auto first = co_await s.call("GET", maps + "?limit=2");
    CHECK(api::get_int(first.json(), {"metadata", "remainingItemCount"}) == 1);
    const std::string token(get_string(first.json(), {"metadata", "continue"}));
    const auto second = co_await s.call("GET", maps + "?limit=2&continue=" + token);
    CHECK(second.json()["items"].as_array().size() == 1);
    CHECK(get_string(second.json(), {"metadata", "continue"}).empty());
    CHECK(get_string(second.json(), {"metadata", "resourceVersion"}) ==
          get_string(first.json(), {"metadata", "resourceVersion"}));
    const auto table = co_await s.call("GET", maps + "?limit=1", "", as_table);
    CHECK(table.json()["rows"].as_array().size() == 1);
    CHECK_FALSE(get_string(table.json(), {"metadata", "continue"}).empty());
  });
}

TEST_CASE("selectors choose what a list shows") {
  with_server([](Server& s) -> base::Awaitable<void> {
    co_await s.call("POST", pods, pod("p"));
    co_await s.call("POST", pods, pod("q"));
    co_await s.call("PATCH", pods + "/q", R"({"metadata":{"labels":{"app":"db"}}})", merge_patch);
    struct Case {
      std::string query;
      std::size_t count;
    };
    const Case cases[] = {{"?labelSelector=app%3Ddb", 1},
                          {"?labelSelector=app+in+(db,web)", 2},
                          {"?labelSelector=!app", 0},
                          {"?fieldSelector=metadata.name%3Dp", 1},
                          {"?fieldSelector=spec.nodeName%3Dn1", 0},
                          {"?fieldSelector=status.phase%3DPending", 2},
                          {"?fieldSelector=metadata.name!%3Dp", 1}};
    for (const auto& c : cases) {
      const auto listed = co_await s.call("GET", pods + c.query);
      INFO(c.query << listed.text);
      CHECK(listed.json()["items"].as_array().size() == c.count);
    }
    const auto removed = co_await s.call("DELETE", pods + "?labelSelector=app%3Ddb");
    CHECK(get_string(removed.json(), {"kind"}) == "PodList");
    CHECK(removed.json()["items"].as_array().size() == 1);
    const auto left = co_await s.call("GET", "/api/v1/pods");
    CHECK(left.json()["items"].as_array().size() == 1);
  });
}

TEST_CASE("warnings are told once, and cut short when they are many") {
  http::Headers headers;
  const std::string texts[] = {"a \"b\"\n", "a \"b\"\n", "c\\d"};
  add_warnings(headers, texts);
  REQUIRE(headers.size() == 2);
  CHECK(headers.all("Warning")[0] == R"(299 - "a \"b\"")");
  CHECK(headers.all("Warning")[1] == R"(299 - "c\\d")");
  std::vector<std::string> many;
  for (int i = 0; i < 100; ++i)
    many.push_back(std::to_string(i) + std::string(1000, 'x'));
  http::Headers cut;
  add_warnings(cut, many);
  CHECK(cut.size() == 16);
}

TEST_CASE("JSON with line breaks") {
  const boost::json::value value{{"a", {1, "x", boost::json::array()}}, {"b", boost::json::object()}};
  CHECK(pretty_json(value) == "{\n  \"a\": [\n    1,\n    \"x\",\n    []\n  ],\n  \"b\": {}\n}");
}

}  // namespace
}  // namespace apiserver::request
