#include "cel/schema_rules.hpp"
#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>
#include <map>

namespace {

namespace json = boost::json;
using Texts = std::vector<std::string>;

json::object object(std::string_view text) {
  return json::parse(text).as_object();
}

/// A schema of a resource whose spec is `spec`.
json::object resource(std::string_view spec) {
  return object(R"J({"type":"object","properties":{"spec":)J" + std::string(spec) + "}}");
}

Texts texts(const api::field::Errors& errors) {
  Texts out;
  for (const auto& e : errors)
    out.push_back(e.text());
  return out;
}

Texts problems(const json::object& schema, cel::RuleCheckOptions options = {}) {
  api::field::Errors errors;
  cel::check_schema_rules(schema, api::field::Path("schema"), options, errors);
  return texts(errors);
}

/// The errors of an object with that spec; `old_spec` "" for creation.
cel::RuleOutcome outcome(const json::object& schema, std::string_view spec, std::string_view old_spec = "") {
  const auto rules = cel::SchemaRules::compile(schema);
  REQUIRE(rules);
  const json::object now =
      object(R"J({"kind":"K","metadata":{"name":"n"},"spec":)J" + std::string(spec) + "}");
  if (old_spec.empty()) return rules->validate(now);
  const json::object old =
      object(R"J({"kind":"K","metadata":{"name":"n"},"spec":)J" + std::string(old_spec) + "}");
  return rules->validate(now, &old);
}

}  // namespace

TEST_CASE("schemas without rules have none to run") {
  CHECK_FALSE(cel::SchemaRules::compile(resource(R"J({"type":"object"})J")));
  CHECK(problems(resource(R"J({"type":"object"})J")).empty());
}

TEST_CASE("rules hold or fail, and say so as told") {
  const auto schema = resource(R"J({"type":"object","properties":{
    "min":{"type":"integer"},"max":{"type":"integer"},
    "name":{"type":"string","maxLength":10,"x-kubernetes-validations":[{"rule":"self.startsWith('a')"}]},
    "when":{"type":"string","format":"date-time","x-kubernetes-validations":[{"rule":"self.getFullYear() > 2000"}]},
    "namespace":{"type":"string"},"a-b":{"type":"string"}},
    "x-kubernetes-validations":[
      {"rule":"!has(self.min) || self.min <= self.max","message":"min must not exceed max","reason":"FieldValueForbidden","fieldPath":".min"},
      {"rule":"!has(self.__namespace__) || self.__namespace__ != 'x'","messageExpression":"'no ' + self.__namespace__"},
      {"rule":"!has(self.a__dash__b) || self.a__dash__b == 'y'"}]})J");
  CHECK(problems(schema) == Texts{});
  CHECK(outcome(schema, R"J({"min":1,"max":2,"name":"abc"})J").errors.empty());
  CHECK(texts(outcome(schema, R"J({"min":3,"max":2})J").errors) ==
        Texts{"spec.min: Forbidden: min must not exceed max"});
  CHECK(texts(outcome(schema, R"J({"name":"b"})J").errors) ==
        Texts{R"J(spec.name: Invalid value: "b": failed rule: self.startsWith('a'))J"});
  CHECK(texts(outcome(schema, R"J({"namespace":"x"})J").errors) == Texts{"spec: Invalid value: no x"});
  CHECK(texts(outcome(schema, R"J({"a-b":"x"})J").errors) ==
        Texts{"spec: Invalid value: failed rule: !has(self.a__dash__b) || self.a__dash__b == 'y'"});
  CHECK(texts(outcome(schema, R"J({"when":"1999-01-01T00:00:00Z"})J").errors).size() == 1);
  CHECK(
      texts(outcome(schema, R"J({"min":1})J").errors) ==
      Texts{R"J(spec: Invalid value: "object": no such key: max evaluating rule: min must not exceed max)J"});
}

TEST_CASE("rules of the whole resource see its metadata's names") {
  auto schema = resource(R"J({"type":"object","properties":{"n":{"type":"string"}}})J");
  schema["x-kubernetes-validations"] = json::parse(R"J([{"rule":"self.metadata.name == self.spec.n"}])J");
  CHECK(problems(schema) == Texts{});
  CHECK(outcome(schema, R"J({"n":"n"})J").errors.empty());
  CHECK(outcome(schema, R"J({"n":"m"})J").errors.size() == 1);
  schema["x-kubernetes-validations"] = json::parse(R"J([{"rule":"has(self.metadata.labels)"}])J");
  const auto wrong = problems(schema);
  REQUIRE(wrong.size() == 1);
  CHECK(wrong[0].find("undefined field 'labels'") != std::string::npos);
}

TEST_CASE("transition rules run where an old value corresponds") {
  const auto schema = resource(R"J({"type":"object","properties":{
    "fixed":{"type":"string","x-kubernetes-validations":[{"rule":"self == oldSelf","message":"fixed"}]},
    "grows":{"type":"integer","x-kubernetes-validations":[
      {"rule":"oldSelf.hasValue() ? self >= oldSelf.value() : self == 0","optionalOldSelf":true,"message":"grows from 0"}]},
    "list":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["k"],"maxItems":5,
      "items":{"type":"object","properties":{"k":{"type":"string"},"v":{"type":"integer","x-kubernetes-validations":[{"rule":"self >= oldSelf"}]}}}},
    "map":{"type":"object","maxProperties":5,"additionalProperties":{"type":"integer","x-kubernetes-validations":[{"rule":"self == oldSelf"}]}}}})J");
  CHECK(problems(schema) == Texts{});
  CHECK(outcome(schema, R"J({"fixed":"a"})J").errors.empty());
  CHECK(outcome(schema, R"J({"fixed":"a"})J", R"J({})J").errors.empty());
  CHECK(texts(outcome(schema, R"J({"fixed":"b"})J", R"J({"fixed":"a"})J").errors) ==
        Texts{R"J(spec.fixed: Invalid value: "b": fixed)J"});
  CHECK(texts(outcome(schema, R"J({"grows":1})J").errors) ==
        Texts{"spec.grows: Invalid value: 1: grows from 0"});
  CHECK(outcome(schema, R"J({"grows":2})J", R"J({"grows":1})J").errors.empty());
  CHECK(outcome(schema, R"J({"grows":1})J", R"J({"grows":2})J").errors.size() == 1);
  CHECK(texts(outcome(schema, R"J({"list":[{"k":"b","v":1},{"k":"a","v":0}]})J",
                      R"J({"list":[{"k":"a","v":1}]})J")
                  .errors) == Texts{"spec.list[1].v: Invalid value: 0: failed rule: self >= oldSelf"});
  CHECK(texts(outcome(schema, R"J({"map":{"x":1,"y":2}})J", R"J({"map":{"y":3}})J").errors) ==
        Texts{"spec.map[y]: Invalid value: 2: failed rule: self == oldSelf"});
}

TEST_CASE("what was wrong before may stay") {
  const auto schema = resource(R"J({"type":"object","properties":{
    "a":{"type":"string","x-kubernetes-validations":[{"rule":"self == 'right'"}]},"b":{"type":"integer"}}})J");
  const auto unchanged = outcome(schema, R"J({"a":"wrong","b":2})J", R"J({"a":"wrong","b":1})J");
  CHECK(unchanged.errors.empty());
  CHECK(unchanged.warnings == Texts{R"J(spec.a: Invalid value: "wrong": failed rule: self == 'right')J"});
  CHECK(outcome(schema, R"J({"a":"wronger"})J", R"J({"a":"wrong"})J").errors.size() == 1);
}

TEST_CASE("sets and map lists are equal in any order") {
  const auto schema = resource(R"J({"type":"object","properties":{
    "set":{"type":"array","maxItems":5,"x-kubernetes-list-type":"set","items":{"type":"string"}},
    "plain":{"type":"array","maxItems":5,"items":{"type":"string"}}},
    "x-kubernetes-validations":[{"rule":"self.set == ['b', 'a']","message":"set"},{"rule":"self.plain == ['b', 'a']","message":"plain"},
      {"rule":"(self.set + ['a', 'c']).size() == 3","message":"sum"}]})J");
  CHECK(texts(outcome(schema, R"J({"set":["a","b"],"plain":["a","b"]})J").errors) ==
        Texts{"spec: Invalid value: plain"});
}

TEST_CASE("wrong rules are refused with the definition") {
  const auto spec = [](std::string_view rules) {
    return resource(
        R"J({"type":"object","properties":{"s":{"type":"string"},"l":{"type":"array","items":{"type":"string"}}},"x-kubernetes-validations":)J" +
        std::string(rules) + "}");
  };
  const std::string at = "schema.properties[spec].x-kubernetes-validations[0].";
  const auto first = [&](std::string_view rules) {
    const auto all = problems(spec(rules));
    return all.empty() ? std::string() : all[0];
  };
  CHECK(first(R"J([{"rule":" "}])J") == at + "rule: Required value: rule is not specified");
  CHECK(first(R"J([{"rule":"true","message":" "}])J") ==
        at + R"J(message: Invalid value: " ": must be non-empty if specified)J");
  CHECK(first(R"J([{"rule":"true","message":"a\nb"}])J") ==
        at + R"J(message: Invalid value: "a\nb": must not contain line breaks)J");
  CHECK(first(R"J([{"rule":"true ||\ntrue"}])J") ==
        at + "message: Required value: message must be specified if rule contains line breaks");
  CHECK(first(R"J([{"rule":"true","messageExpression":" "}])J") ==
        at + "messageExpression: Required value: messageExpression must be non-empty if specified");
  CHECK(
      first(R"J([{"rule":"true","reason":"Other"}])J") ==
      at +
          R"J(reason: Unsupported value: "Other": supported values: "FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired")J");
  CHECK(first(R"J([{"rule":"true","fieldPath":".x"}])J") ==
        at + R"J(fieldPath: Invalid value: ".x": must be a valid path)J");
  CHECK(first(R"J([{"rule":"true","optionalOldSelf":true}])J") ==
        at + "optionalOldSelf: Invalid value: true: may not be set if oldSelf is not used in rule");
  CHECK(first(R"J([{"rule":"self.x == 1"}])J") ==
        at + "rule: Invalid value: apiextensions.ValidationRule{Rule:\"self.x == 1\", Message:\"\", "
             "MessageExpression:\"\", "
             "Reason:(*apiextensions.FieldValueErrorReason)(nil), FieldPath:\"\", "
             "OptionalOldSelf:(*bool)(nil)}: compilation "
             "failed: ERROR: <input>:1:5: undefined field 'x'\n | self.x == 1\n | ....^");
  CHECK(first(R"J([{"rule":"self.s"}])J").ends_with("cel expression must evaluate to a bool"));
  CHECK(first(R"J([{"rule":"true","messageExpression":"1"}])J")
            .ends_with("messageExpression must evaluate to a string"));
  CHECK(first(R"J([{"rule":"int('x') == 1"}])J")
            .ends_with("program instantiation failed: type conversion error from 'string' to 'int'"));
}

TEST_CASE("oldSelf needs values that correspond") {
  const auto schema = resource(R"J({"type":"object","properties":{"l":{"type":"array","maxItems":3,
    "items":{"type":"string","maxLength":3,"x-kubernetes-validations":[{"rule":"self == oldSelf"}]}}}})J");
  CHECK(
      problems(schema) ==
      Texts{"schema.properties[spec].properties[l].items.x-kubernetes-validations[0].rule: Invalid value: "
            "\"self == oldSelf\": oldSelf cannot be used on the uncorrelatable portion of the schema within "
            "schema.properties[spec].properties[l]"});
}

TEST_CASE("rules that may cost too much are refused") {
  const auto unbounded =
      resource(R"J({"type":"object","properties":{"l":{"type":"array","items":{"type":"string"}}},
    "x-kubernetes-validations":[{"rule":"self.l.all(x, self.l.all(y, x == y))"}]})J");
  const auto found = problems(unbounded);
  REQUIRE(found.size() == 3);
  CHECK(found[0] ==
        "schema.properties[spec].x-kubernetes-validations[0].rule: Forbidden: estimated rule cost exceeds "
        "budget by factor of "
        "more than 100x (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where "
        "arrays, "
        "maps, and strings are declared)");
  CHECK(found[1] ==
        "schema.properties[spec].x-kubernetes-validations[0].rule: Forbidden: contributed to estimated rule "
        "cost total "
        "exceeding cost limit for entire OpenAPIv3 schema");
  CHECK(
      found[2].starts_with("schema: Forbidden: x-kubernetes-validations estimated rule cost total for entire "
                           "OpenAPIv3 schema exceeds budget"));
  CHECK(problems(unbounded, {.unchanged_schema = true}).size() == 2);
  const auto bounded = resource(
      R"J({"type":"object","properties":{"l":{"type":"array","maxItems":10,"items":{"type":"string","maxLength":10}}},
    "x-kubernetes-validations":[{"rule":"self.l.all(x, self.l.all(y, x == y))"}]})J");
  CHECK(problems(bounded) == Texts{});
}

TEST_CASE("a budget that runs out ends validation") {
  const auto schema = resource(
      R"J({"type":"object","properties":{"l":{"type":"array","items":{"type":"integer","x-kubernetes-validations":[{"rule":"self > 0"}]}}}})J");
  const auto rules = cel::SchemaRules::compile(schema);
  const auto o = object(R"J({"spec":{"l":[1,2,3,4]}})J");
  CHECK(rules->validate(o).budget == cel::runtime_cost_budget - 8);
  const auto result = rules->validate(o, nullptr, 5);
  CHECK(result.budget < 0);
  CHECK(
      texts(result.errors) ==
      Texts{
          R"J(spec.l[2]: Invalid value: "integer": validation failed due to running out of cost budget, no further validation rules will be run)J"});
}

TEST_CASE("values are read by the forms their schema gives them") {
  const auto holds = [](std::string_view type, std::string_view rule, std::string_view value) {
    auto property = object(type);
    property["x-kubernetes-validations"] = json::array{json::object{{"rule", rule}}};
    json::object schema = resource(R"J({"type":"object","properties":{}})J");
    schema["properties"].as_object()["spec"].as_object()["properties"].as_object()["x"] = property;
    CHECK(problems(schema) == Texts{});
    return texts(outcome(schema, R"J({"x":)J" + std::string(value) + "}").errors);
  };
  const Texts none;
  CHECK(holds(R"J({"type":"string","format":"duration"})J", "self == duration('72h')", R"J("3 days")J") ==
        none);
  CHECK(holds(R"J({"type":"string","format":"duration"})J", "self > duration('1s')", R"J("1m")J") == none);
  CHECK(holds(R"J({"type":"string","format":"byte"})J", "self == b'hello'", R"J("aGVsbG8=")J") == none);
  CHECK(holds(R"J({"type":"string","format":"date"})J", "self.getDate() == 29", R"J("2024-02-29")J") == none);
  CHECK(holds(R"J({"type":"string","format":"date-time"})J", "self.getHours() == 8",
              R"J("2024-02-29T10:00:00+02:00")J") == none);
  CHECK(holds(R"J({"type":"number"})J", "self == 1.0", "1") == none);
  CHECK(holds(R"J({"type":"boolean"})J", "self", "true") == none);
  const auto* either = R"J({"x-kubernetes-int-or-string":true})J";
  CHECK(holds(either, "type(self) == int ? self < 5 : self.endsWith('%')", "3") == none);
  CHECK(holds(either, "type(self) == int ? self < 5 : self.endsWith('%')", R"J("50%")J") == none);
  CHECK(
      holds(either, "self + 1 > 0", R"J("50%")J") ==
      Texts{
          R"J(spec.x: Invalid value: "": 'no such overload': call arguments did not match a supported operator, function or macro signature for rule: self + 1 > 0)J"});
  CHECK(holds(R"J({"type":"object","additionalProperties":{"type":"integer"},"maxProperties":4})J",
              "self.all(k, self[k] > 0) && 'a.b/c' in self", R"J({"a.b/c":1})J") == none);
  CHECK(
      holds(
          R"J({"type":"object","x-kubernetes-embedded-resource":true,"x-kubernetes-preserve-unknown-fields":true})J",
          "self.kind == 'Pod' && self.metadata.name == 'p'",
          R"J({"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{}})J") == none);
}
