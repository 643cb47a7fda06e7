#include "structural/structure.hpp"
#include <catch2/catch.hpp>
#include "structural/testing.hpp"

using namespace structural;
using structural::testing::schema;
using structural::testing::texts;
using Texts = std::vector<std::string>;

namespace {

Texts structural_errors(std::string_view text) {
  Errors errors;
  check_structural(*schema(text), Path("p"), errors);
  return texts(errors);
}

Texts schema_errors(std::string_view text, DocumentOptions options = {}) {
  Errors errors;
  check_schema(*schema(text), Path("p"), options, errors);
  return texts(errors);
}

struct Row {
  const char* schema;
  Texts errors;
};

}  // namespace

TEST_CASE("what is structural, and what is not") {
  const Row rows[] = {
      {R"({"type":"object"})", {}},
      {R"({})", {"p.type: Required value: must not be empty at the root"}},
      {R"({"type":"string"})", {"p.type: Invalid value: \"string\": must be object at the root"}},
      {R"({"type":"object","properties":{"x":{}}})",
       {"p.properties[x].type: Required value: must not be empty for specified object fields"}},
      {R"({"type":"object","properties":{"x":{"type":"array","items":{}}}})",
       {"p.properties[x].items.type: Required value: must not be empty for specified array items"}},
      {R"({"type":"object","properties":{"x":{"type":"array"}}})",
       {"p.properties[x].items: Required value: must be specified"}},
      {R"({"type":"object","additionalProperties":{"type":"string"}})",
       {"p.additionalProperties: Forbidden: must not be used at the root"}},
      {R"({"type":"object","properties":{"x":{"x-kubernetes-int-or-string":true}}})", {}},
      {R"({"type":"object","properties":{"x":{"x-kubernetes-int-or-string":true,
          "anyOf":[{"type":"integer"},{"type":"string"}]}}})",
       {}},
      {R"({"type":"object","properties":{"x":{"x-kubernetes-int-or-string":true,
          "allOf":[{"anyOf":[{"type":"integer"},{"type":"string"}]},{"pattern":"x"}]}}})",
       {}},
      {R"({"type":"object","properties":{"x":{"x-kubernetes-int-or-string":true,
          "anyOf":[{"type":"integer"},{"type":"boolean"}]}}})",
       {"p.properties[x].anyOf[0].type: Forbidden: must be empty to be structural",
        "p.properties[x].anyOf[1].type: Forbidden: must be empty to be structural"}},
      {R"({"type":"object","properties":{"x":{"x-kubernetes-int-or-string":true,
          "x-kubernetes-preserve-unknown-fields":true}}})",
       {"p.properties[x].x-kubernetes-preserve-unknown-fields: Invalid value: true: must be false if "
        "x-kubernetes-int-or-string is true"}},
      {R"({"type":"object","properties":{"x":{"x-kubernetes-preserve-unknown-fields":true}}})", {}},
      {R"({"type":"object","properties":{"x":{"type":"object","x-kubernetes-embedded-resource":true}}})",
       {"p.properties[x].properties: Required value: must not be empty if x-kubernetes-embedded-resource is "
        "true "
        "without x-kubernetes-preserve-unknown-fields"}},
      {R"({"type":"object","properties":{"x":{"x-kubernetes-embedded-resource":true,
          "x-kubernetes-preserve-unknown-fields":true}}})",
       {"p.properties[x].type: Required value: must be object if x-kubernetes-embedded-resource is true"}},
      {R"({"type":"object","properties":{"kind":{"type":"integer"}}})",
       {"p.properties[kind].type: Invalid value: \"integer\": must be string"}},
      {R"({"type":"object","properties":{"metadata":{"type":"object","properties":{"name":{"type":"string",
          "pattern":"^a"},"generateName":{"type":"string"}}}}})",
       {}},
      {R"({"type":"object","properties":{"metadata":{"type":"object","properties":{"name":{"type":"string"},
          "finalizers":{"type":"array","items":{"type":"string"}}}}}})",
       {"p.properties[metadata]: Forbidden: must not specify anything other than name and generateName, but "
        "metadata is implicitly specified"}},
      {R"({"type":"object","properties":{"a":{"type":"object","properties":{"x":{"type":"string"}},
          "anyOf":[{"properties":{"y":{"minLength":1}}}]}}})",
       {}},
      {R"({"type":"object","properties":{"x":{"type":"string"}},
          "anyOf":[{"properties":{"y":{"minLength":1}}}]})",
       {"p.properties[y]: Required value: because it is defined in p.anyOf[0].properties[y]"}},
      {R"({"type":"object","not":{"type":"object","nullable":true,"default":1,"title":"t","description":"d",
          "additionalProperties":true,"x-kubernetes-list-type":"set","x-kubernetes-map-type":"atomic",
          "properties":{"metadata":{}}},"properties":{"metadata":{"type":"object"}}})",
       {"p.not.additionalProperties: Forbidden: must be undefined to be structural",
        "p.not.default: Forbidden: must be undefined to be structural",
        "p.not.description: Forbidden: must be empty to be structural",
        "p.not.nullable: Forbidden: must be false to be structural",
        "p.not.properties[metadata]: Forbidden: must not be specified in a nested context",
        "p.not.title: Forbidden: must be empty to be structural",
        "p.not.type: Forbidden: must be empty to be structural",
        "p.not.x-kubernetes-list-type: Forbidden: must be undefined to be structural",
        "p.not.x-kubernetes-map-type: Forbidden: must be undefined to be structural"}},
  };
  for (const auto& row : rows) {
    INFO(row.schema);
    CHECK(structural_errors(row.schema) == row.errors);
  }
  const auto pattern =
      structural_errors(R"({"type":"object","properties":{"x":{"type":"string","pattern":"("}}})");
  REQUIRE(pattern.size() == 1);
  CHECK(pattern[0].starts_with(
      "p.properties[x].pattern: Invalid value: \"(\": must be a valid regular expression, "
      "but isn't: error parsing regexp: missing"));
}

TEST_CASE("what else a schema may not say") {
  const Row rows[] = {
      {R"({"type":"object","nullable":true})",
       {"p.nullable: Forbidden: nullable cannot be true at the root"}},
      {R"({"type":"object","properties":{"x":{"type":"bool"}}})",
       {"p.properties[x].type: Unsupported value: \"bool\": supported values: \"array\", \"boolean\", "
        "\"integer\", "
        "\"number\", \"object\", \"string\""}},
      {R"({"type":"object","properties":{"x":{"type":"array","items":{"type":"string"},"uniqueItems":true}}})",
       {"p.properties[x].uniqueItems: Forbidden: uniqueItems cannot be set to true since the runtime "
        "complexity "
        "becomes quadratic"}},
      {R"({"type":"object","properties":{"x":{"$ref":"#/y"}}})",
       {"p.properties[x].$ref: Forbidden: $ref is not supported"}},
      {R"({"type":"object","properties":{"x":{"type":"object","properties":{"a":{"type":"string"}},
          "additionalProperties":{"type":"string"}}}})",
       {"p.properties[x].additionalProperties: Forbidden: additionalProperties and properties are mutual "
        "exclusive"}},
      {R"({"type":"object","properties":{"x":{"type":"array","x-kubernetes-list-type":"map",
          "x-kubernetes-list-map-keys":["k"],"items":{"type":"object","properties":{"k":{"type":"string"}}}}}})",
       {"p.properties[x].items.properties[k].default: Required value: this property is in "
        "x-kubernetes-list-map-keys, so it must have a default or be a required property"}},
      {R"({"type":"object","properties":{"x":{"type":"array","x-kubernetes-list-type":"map",
          "items":{"type":"object"}}}})",
       {"p.properties[x].x-kubernetes-list-map-keys: Required value: must not be empty if "
        "x-kubernetes-list-type is "
        "map"}},
      {R"({"type":"object","properties":{"x":{"type":"array","x-kubernetes-list-type":"map",
          "x-kubernetes-list-map-keys":["k","k"],"items":{"type":"object","required":["k"],
          "properties":{"k":{"type":"string"}}}}}})",
       {"p.properties[x].x-kubernetes-list-map-keys: Invalid value: [\"k\",\"k\"]: must not contain "
        "duplicate entries"}},
      {R"({"type":"object","properties":{"x":{"type":"array","x-kubernetes-list-type":"set",
          "items":{"type":"object"}}}})",
       {"p.properties[x].items.x-kubernetes-map-type: Invalid value: \"null\": must be atomic as item of a "
        "list "
        "with "
        "x-kubernetes-list-type=set"}},
      {R"({"type":"object","properties":{"x":{"type":"string","x-kubernetes-list-type":"set"}}})",
       {"p.properties[x].type: Invalid value: \"string\": must be array if x-kubernetes-list-type is "
        "specified"}},
      {R"({"type":"object","properties":{"metadata":{"type":"object","default":{}}}})",
       {"p.properties[metadata].default: Forbidden: must not be set in top-level metadata"}},
      {R"({"type":"object","properties":{"x":{"type":"string","x-kubernetes-preserve-unknown-fields":false}}})",
       {"p.properties[x].x-kubernetes-preserve-unknown-fields: Invalid value: false: must be true or "
        "undefined"}},
  };
  for (const auto& row : rows) {
    INFO(row.schema);
    CHECK(schema_errors(row.schema) == row.errors);
  }
  DocumentOptions with_status;
  with_status.status_subresource = true;
  CHECK(schema_errors(R"({"type":"object","description":"d","required":["spec"]})", with_status).empty());
  CHECK(schema_errors(R"({"type":"object","maxProperties":3})", with_status).size() == 1);
}

TEST_CASE("defaults must be valid and pruned") {
  const Row rows[] = {
      {R"({"type":"object","properties":{"x":{"type":"integer","default":5}}})", {}},
      {R"({"type":"object","properties":{"x":{"type":"integer","default":"5"}}})",
       {"p.properties[x].default: Invalid value: \"string\":  in body must be of type integer: \"string\""}},
      {R"({"type":"object","properties":{"x":{"type":"object","default":{"a":1,"b":2},
          "properties":{"a":{"type":"integer"}}}}})",
       {"p.properties[x].default: Invalid value: {\"a\":1,\"b\":2}: must not have unknown fields"}},
      {R"({"type":"object","properties":{"x":{"type":"string","default":"ab","maxLength":1}}})",
       {"p.properties[x].default: Too long: may not be more than 1 bytes"}},
  };
  for (const auto& row : rows) {
    INFO(row.schema);
    CHECK(schema_errors(row.schema) == row.errors);
  }
}

TEST_CASE("what an older definition had may stay") {
  const auto old = schema(R"({"type":"object","properties":{"x":{"type":"bool"},"y":{"type":"array"}}})");
  const auto demanded = demanded_after({old});
  CHECK_FALSE(demanded.valid_types);
  CHECK_FALSE(demanded.structural);
  CHECK(demanded.atomic_sets);
  CHECK(schema_errors(R"({"type":"object","properties":{"x":{"type":"bool"}}})", demanded).empty());
}
