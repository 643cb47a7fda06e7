#include "structural/types.hpp"
#include <catch2/catch.hpp>
#include "structural/testing.hpp"

using namespace structural;
using structural::testing::parse;
using structural::testing::schema;

namespace {

const TypeName name{"stable.example.com", "v1", "CronTab"};
constexpr const char* text = R"({"type":"object","description":"A table.","properties":{
    "spec":{"type":"object","required":["a"],"properties":{
      "a":{"type":"string","nullable":true},
      "m":{"type":"object","additionalProperties":{"type":"integer"}},
      "l":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["k"],
           "items":{"type":"object","properties":{"k":{"type":"string"}}}},
      "any":{"x-kubernetes-preserve-unknown-fields":true,"type":"object"},
      "p":{"x-kubernetes-int-or-string":true,"anyOf":[{"type":"integer"},{"type":"string"}]}}}}})";

}  // namespace

TEST_CASE("a schema becomes a type") {
  const auto types = to_types(*schema(text), name, "CronTabList");
  const auto& t = *types.object;
  CHECK(t.name == "com.example.stable.v1.CronTab");
  CHECK(types.list->name == "com.example.stable.v1.CronTabList");
  REQUIRE(t.field("metadata"));
  CHECK(t.field("metadata")->type->name == "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta");
  const auto& spec = *t.field("spec")->type;
  CHECK(spec.kind == api::Kind::object);
  CHECK(spec.field("a")->required);
  CHECK(spec.field("m")->type->element->kind == api::Kind::int64);
  CHECK(spec.field("l")->list_type == api::ListType::map);
  CHECK(spec.field("l")->list_map_keys == std::vector<std::string>{"k"});
  CHECK(spec.field("any")->type->kind == api::Kind::any);
  CHECK(spec.field("p")->type->kind == api::Kind::int_or_string);
  CHECK(types.list->field("items")->type->element == &t);
}

TEST_CASE("a schema as OpenAPI publishes it") {
  const auto v3 = openapi_v3(*schema(text), name);
  CHECK(v3.at("description") == "A table.");
  CHECK(v3.at("properties").at("metadata").at("allOf").at(0).at("$ref") ==
        "#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta");
  CHECK(v3.at("properties").at("spec").at("properties").at("p").as_object().contains("anyOf"));
  CHECK(v3.at("x-kubernetes-group-version-kind") ==
        parse(R"([{"group":"stable.example.com","kind":"CronTab","version":"v1"}])"));
  const auto v2 = openapi_v2(*schema(text), name);
  const auto& spec = v2.at("properties").at("spec").as_object();
  CHECK_FALSE(spec.contains("required"));
  CHECK_FALSE(spec.at("properties").at("a").as_object().contains("type"));
  CHECK_FALSE(spec.at("properties").at("any").as_object().contains("type"));
  CHECK_FALSE(spec.at("properties").at("p").as_object().contains("anyOf"));
}
