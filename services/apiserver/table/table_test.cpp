#include "apiserver/table/table.hpp"
#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

using namespace apiserver::table;
using apiserver::kinds::find;
namespace json = boost::json;

namespace {

const api::Object web = json::parse(R"({"apiVersion":"apps/v1","kind":"Deployment",
  "metadata":{"name":"web","namespace":"default","resourceVersion":"7","creationTimestamp":"2026-01-01T00:00:00Z"},
  "spec":{"replicas":3,"selector":{"matchLabels":{"app":"web"}}},
  "status":{"replicas":3,"readyReplicas":2,"updatedReplicas":3,"availableReplicas":2}})")
                            .as_object();
const base::SystemTime five_minutes_later = base::parse_rfc3339("2026-01-01T00:05:00Z").value();

json::object parse(const std::string& text) {
  return json::parse(text).as_object();
}

}  // namespace

TEST_CASE("a list becomes a table with the columns of its kind") {
  const auto& kind = find("apps", "deployments");
  const auto row = table_row(kind, {}, web, five_minutes_later);
  const auto table = parse(table_head(kind, {}, {"42", "next", 5}) + ",\"rows\":[" + row + "," + row + "]}");
  CHECK(table.at("kind") == "Table");
  CHECK(table.at("apiVersion") == "meta.k8s.io/v1");
  CHECK(table.at("metadata") ==
        json::parse(R"({"resourceVersion":"42","continue":"next","remainingItemCount":5})"));
  const auto& columns = table.at("columnDefinitions").as_array();
  CHECK(columns[0].at("name") == "Name");
  CHECK(columns[0].at("format") == "name");
  const auto& rows = table.at("rows").as_array();
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].at("cells").as_array().size() == columns.size());
  CHECK(rows[0].at("cells").as_array()[1] == "2/3");
  CHECK(rows[0].at("cells").as_array()[4] == "5m");
  CHECK(rows[0].at("object").at("kind") == "PartialObjectMetadata");
  CHECK(rows[0].at("object").at("metadata").at("name") == "web");
  CHECK_FALSE(rows[0].at("object").as_object().contains("spec"));
}

TEST_CASE("includeObject chooses what a row carries") {
  const auto row = [](IncludeObject include, std::string_view encoded) {
    Options options;
    options.include = include;
    const auto text = of_object(find("apps", "deployments"), options, web, five_minutes_later, encoded);
    return parse(text).at("rows").as_array()[0].as_object();
  };
  CHECK(row(IncludeObject::none, "").at("object").is_null());
  CHECK(row(IncludeObject::object, "").at("object") == web);
  CHECK(row(IncludeObject::object, R"({"as":"stored"})").at("object") == json::parse(R"({"as":"stored"})"));
  CHECK(parse_include_object("").value() == IncludeObject::metadata);
  CHECK(parse_include_object("Everything").error().code == 400);
}

TEST_CASE("a kind without columns shows its name and when it was created") {
  Options later_event;
  later_event.with_columns = false;
  const auto& kind = find("no.such.group", "things");
  CHECK(parse(of_object(kind, {}, web, five_minutes_later)).at("columnDefinitions").as_array().size() == 2);
  const auto table = parse(of_object(kind, later_event, web, five_minutes_later));
  CHECK(table.at("columnDefinitions").as_array().empty());
  CHECK(table.at("metadata").at("resourceVersion") == "7");
  CHECK(table.at("rows").as_array()[0].at("cells") == json::parse(R"(["web","2026-01-01T00:00:00Z"])"));
}

TEST_CASE("metadata alone") {
  const auto one = parse(metadata_of(web, "v1beta1"));
  CHECK(one.at("apiVersion") == "meta.k8s.io/v1beta1");
  CHECK(one.at("metadata").at("resourceVersion") == "7");
  const auto list =
      parse(metadata_list_head({"9", "", 0}, "v1") + ",\"items\":[" + metadata_of(web, "v1") + "]}");
  CHECK(list.at("kind") == "PartialObjectMetadataList");
  CHECK(list.at("items").as_array().size() == 1);
}
