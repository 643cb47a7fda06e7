#include "apiserver/custom_resources/json_path.hpp"
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>

using apiserver::custom_resources::JsonPath;

TEST_CASE("paths lead to values") {
  const auto document = boost::json::parse(R"({"spec":{"a.b":1,"list":[{"n":"x","v":1},{"n":"y","v":2}]},
      "status":{"conditions":[{"type":"Ready","status":"True"},{"type":"Old","status":"False"}]}})");
  struct Row {
    const char *path, *value;
  };
  const Row rows[] = {
      {".spec.list[1].v", "2"},
      {".spec.list[-1].n", "\"y\""},
      {".spec.list[*].v", "1"},
      {"['spec']['a.b']", "1"},
      {".spec.a\\.b", "1"},
      {".status.conditions[?(@.type==\"Ready\")].status", "\"True\""},
      {".status.conditions[?(@.type == 'Old')].status", "\"False\""},
      {".spec.list[?(@.v>1)].n", "\"y\""},
      {".spec.nothing.there", ""},
      {".spec.list[7]", ""},
      {".spec.list[?(@.v==9)]", ""},
  };
  for (const auto& row : rows) {
    INFO(row.path);
    const auto path = JsonPath::parse(row.path);
    REQUIRE(path.has_value());
    const auto* v = path->first(document);
    CHECK((v ? boost::json::serialize(*v) : std::string()) == row.value);
  }
  CHECK(JsonPath::parse(".a[").has_error());
  CHECK(JsonPath::parse(".a[x]").has_error());
  CHECK(JsonPath::parse(".a[?(b==1)]").has_error());
}
