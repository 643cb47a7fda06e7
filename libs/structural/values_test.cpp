#include "structural/values.hpp"
#include <catch2/catch.hpp>
#include "structural/testing.hpp"

using namespace structural;
using structural::testing::parse;
using structural::testing::schema;
using structural::testing::texts;
using Texts = std::vector<std::string>;

namespace {

Texts invalid(std::string_view schema_text, std::string_view value) {
  Errors errors;
  Validator(schema(schema_text)).validate(parse(value), Path(), errors);
  return texts(errors);
}

/// The same for a schema of the member "x".
Texts invalid_x(std::string_view schema_text, std::string_view value) {
  return invalid(R"({"type":"object","properties":{"x":)" + std::string(schema_text) + "}}",
                 R"({"x":)" + std::string(value) + "}");
}

}  // namespace

TEST_CASE("values against their schema") {
  struct Row {
    const char *schema, *value;
    Texts errors;
  };
  const Row rows[] = {
      {R"({"type":"integer"})", "1", {}},
      {R"({"type":"integer"})", "1.0", {}},
      {R"({"type":"number"})", "1", {}},
      {R"({"type":"integer"})",
       "\"a\"",
       {"x: Invalid value: \"string\": x in body must be of type integer: \"string\""}},
      {R"({"type":"integer"})",
       "1.5",
       {"x: Invalid value: \"number\": x in body must be of type integer: \"number\""}},
      {R"({"type":"string"})",
       "null",
       {"x: Invalid value: \"null\": x in body must be of type string: \"null\""}},
      {R"({"type":"string","nullable":true})", "null", {}},
      {R"({"x-kubernetes-int-or-string":true})", "1", {}},
      {R"({"x-kubernetes-int-or-string":true})", "\"1\"", {}},
      {R"({"x-kubernetes-int-or-string":true})",
       "true",
       {"x: Invalid value: \"boolean\": x in body must be of type integer,string: \"boolean\""}},
      {R"({"type":"integer","minimum":3})",
       "2",
       {"x: Invalid value: 2: x in body should be greater than or equal to 3"}},
      {R"({"type":"integer","minimum":3,"exclusiveMinimum":true})",
       "3",
       {"x: Invalid value: 3: x in body should be greater than 3"}},
      {R"({"type":"number","maximum":1.5})",
       "2.5",
       {"x: Invalid value: 2.5: x in body should be less than or equal to 1.5"}},
      {R"({"type":"integer","multipleOf":3})",
       "4",
       {"x: Invalid value: 4: x in body should be a multiple of 3"}},
      {R"({"type":"string","maxLength":2})", "\"äöü\"", {"x: Too long: may not be more than 2 bytes"}},
      {R"({"type":"string","minLength":2})",
       "\"a\"",
       {"x: Invalid value: \"a\": x in body should be at least 2 chars long"}},
      {R"({"type":"string","pattern":"^a+$"})",
       "\"b\"",
       {"x: Invalid value: \"b\": x in body should match '^a+$'"}},
      {R"({"type":"string","pattern":"a"})", "\"bab\"", {}},
      {R"({"type":"string","enum":["a","b"]})",
       "\"c\"",
       {"x: Unsupported value: \"c\": supported values: \"a\", \"b\""}},
      {R"({"type":"string","format":"ipv4"})",
       "\"1.2.3\"",
       {"x: Invalid value: \"1.2.3\": x in body must be of type ipv4: \"1.2.3\""}},
      {R"({"type":"string","format":"nobody-knows"})", "\"x\"", {}},
      {R"({"type":"array","items":{"type":"integer"},"minItems":2})",
       "[\"a\"]",
       {"x[0]: Invalid value: \"string\": x[0] in body must be of type integer: \"string\"",
        "x: Invalid value: 1: x in body should have at least 2 items"}},
      {R"({"type":"array","items":{"type":"integer"},"maxItems":1})",
       "[1,2]",
       {"x: Too many: 2: must have at most 1 item"}},
      {R"({"type":"object","additionalProperties":{"type":"integer"}})",
       R"({"a":1,"b":"c"})",
       {"x.b: Invalid value: \"string\": x.b in body must be of type integer: \"string\""}},
      {R"({"type":"object","required":["a"],"properties":{"a":{"type":"string"}}})",
       "{}",
       {"x.a: Required value"}},
      {R"({"type":"object","minProperties":1})",
       "{}",
       {"x: Invalid value: 0: x in body should have at least 1 properties"}},
      {R"({"type":"string","oneOf":[{"pattern":"^a"},{"pattern":"z$"}]})",
       "\"az\"",
       {"<nil>: Invalid value: \"\": \"x\" must validate one and only one schema (oneOf). Found 2 valid "
        "alternatives"}},
      {R"({"type":"string","anyOf":[{"pattern":"^a"},{"pattern":"^b"}]})",
       "\"c\"",
       {"<nil>: Invalid value: \"\": \"x\" must validate at least one schema (anyOf)",
        "x: Invalid value: \"c\": x in body should match '^a'"}},
      {R"({"type":"string","not":{"enum":["a"]}})",
       "\"a\"",
       {"<nil>: Invalid value: \"\": \"x\" must not validate the schema (not)"}},
      {R"({"type":"string","allOf":[{"minLength":1},{"maxLength":3}]})",
       "\"abcd\"",
       {"x: Too long: may not be more than 3 bytes",
        "<nil>: Invalid value: \"\": \"x\" must validate all the schemas (allOf)"}},
  };
  for (const auto& row : rows) {
    INFO(row.schema << " " << row.value);
    CHECK(invalid_x(row.schema, row.value) == row.errors);
  }
  CHECK(invalid(R"({"type":"object","required":["spec"]})", "{}") == Texts{"spec: Required value"});
}

TEST_CASE("what was wrong before may stay as it was") {
  const auto s = schema(R"({"type":"object","properties":{"a":{"type":"string","maxLength":1},
      "l":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["k"],
           "items":{"type":"object","properties":{"k":{"type":"string"},"v":{"type":"integer","maximum":5}}}}}})");
  const auto update = [&](std::string_view now, std::string_view before) {
    Errors errors;
    const auto old = parse(before);
    Validator(s).validate_update(parse(now), &old, Path(), errors);
    return texts(errors);
  };
  CHECK(update(R"({"a":"long","l":[]})", R"({"a":"long"})").empty());
  CHECK(update(R"({"a":"longer"})", R"({"a":"long"})").size() == 1);
  CHECK(update(R"({"l":[{"k":"y","v":1},{"k":"x","v":9}]})", R"({"l":[{"k":"x","v":9}]})").empty());
  CHECK(update(R"({"l":[{"k":"x","v":8}]})", R"({"l":[{"k":"x","v":9}]})").size() == 1);
}

TEST_CASE("unknown fields go") {
  struct Row {
    const char *schema, *before, *after;
    Texts gone;
  };
  const Row rows[] = {
      {R"({"type":"object"})",
       R"({"kind":"K","apiVersion":"v","metadata":{"name":"n"},"a":1})",
       R"({"kind":"K","apiVersion":"v","metadata":{"name":"n"}})",
       {"a"}},
      {R"({"type":"object","properties":{"a":{"type":"object","properties":{"b":{"type":"string"}}}}})",
       R"({"a":{"b":"x","c":1,"d":{"e":2}}})",
       R"({"a":{"b":"x"}})",
       {"a.c", "a.d"}},
      {R"({"type":"object","properties":{"l":{"type":"array","items":{"type":"object",
           "properties":{"b":{"type":"string"}}}}}})",
       R"({"l":[{"b":"x"},{"c":1}]})",
       R"({"l":[{"b":"x"},{}]})",
       {"l[1].c"}},
      {R"({"type":"object","properties":{"m":{"type":"object","additionalProperties":{"type":"object",
           "properties":{"b":{"type":"string"}}}}}})",
       R"({"m":{"x":{"b":"x","c":1}}})",
       R"({"m":{"x":{"b":"x"}}})",
       {"m.x.c"}},
      {R"({"type":"object","x-kubernetes-preserve-unknown-fields":true,
           "properties":{"a":{"type":"object","properties":{"b":{"type":"string"}}}}})",
       R"({"a":{"b":"x","c":1},"z":{"y":1}})",
       R"({"a":{"b":"x"},"z":{"y":1}})",
       {"a.c"}},
      {R"({"type":"object","properties":{"e":{"type":"object","x-kubernetes-embedded-resource":true,
           "properties":{"spec":{"type":"object"}}}}})",
       R"({"e":{"kind":"K","metadata":{"labels":{}},"spec":{"a":1},"b":1}})",
       R"({"e":{"kind":"K","metadata":{"labels":{}},"spec":{}}})",
       {"e.b", "e.spec.a"}},
      {R"({"type":"object","properties":{"m":{"type":"object","additionalProperties":true}}})",
       R"({"m":{"x":1,"y":{"z":1}}})",
       R"({"m":{"x":1,"y":{}}})",
       {"m.y.z"}},
  };
  for (const auto& row : rows) {
    INFO(row.schema);
    auto value = parse(row.before);
    CHECK(prune(value, *schema(row.schema), true) == row.gone);
    CHECK(value == parse(row.after));
  }
}

TEST_CASE("defaults come, also for nulls that may not be") {
  const auto s = schema(R"({"type":"object","properties":{
      "a":{"type":"string","default":"A"},
      "n":{"type":"string","nullable":true,"default":"N"},
      "o":{"type":"object","default":{},"properties":{"p":{"type":"integer","default":5}}},
      "q":{"type":"object","properties":{"p":{"type":"integer","default":5}}},
      "l":{"type":"array","items":{"type":"object","properties":{"p":{"type":"integer","default":5}}}},
      "z":{"type":"string"}}})");
  const auto defaulted = [&](std::string_view text) {
    auto v = parse(text);
    drop_nulls(v, *s);
    set_defaults(v, *s);
    return v;
  };
  CHECK(defaulted("{}") == parse(R"({"a":"A","n":"N","o":{"p":5}})"));
  CHECK(defaulted(R"({"a":null,"n":null,"z":null,"q":{},"l":[{},{"p":1}]})") ==
        parse(R"({"a":"A","n":null,"q":{"p":5},"l":[{"p":5},{"p":1}],"o":{"p":5}})"));
  CHECK(has_defaults(*s));
  CHECK_FALSE(has_defaults(*schema(R"({"type":"object"})")));
}

TEST_CASE("sets and map lists are unique") {
  const auto check = [](std::string_view type, std::string_view value) {
    Errors errors;
    const auto s =
        schema(R"({"type":"object","properties":{"x":{"type":"array",)" + std::string(type) + "}}}");
    check_lists(parse(R"({"x":)" + std::string(value) + "}"), *s, Path(), errors);
    return texts(errors);
  };
  const auto set = R"("x-kubernetes-list-type":"set","items":{"type":"string"})";
  CHECK(check(set, R"(["a","b"])").empty());
  CHECK(check(set, R"(["a","b","a","a"])") == Texts{"x[2]: Duplicate value: \"a\""});
  const auto map =
      R"("x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["k","l"],"items":{"type":"object"})";
  CHECK(check(map, R"([{"k":1,"l":2},{"k":1,"l":3}])").empty());
  CHECK(check(map, R"([{"k":1,"l":2,"v":1},{"l":2,"k":1}])") ==
        Texts{"x[1]: Duplicate value: {\"k\":1,\"l\":2}"});
  CHECK(check(map, R"([1])") ==
        Texts{"x[0]: Invalid value: 1: must be an object for an array of list-type map"});
}

TEST_CASE("embedded resources have a kind and good metadata") {
  const auto check = [](std::string_view value) {
    Errors errors;
    const auto s = schema(R"({"type":"object","properties":{"e":{"type":"object",
        "x-kubernetes-embedded-resource":true,"x-kubernetes-preserve-unknown-fields":true}}})");
    check_embedded(parse(R"({"e":)" + std::string(value) + "}"), *s, false, Path(), errors);
    return texts(errors);
  };
  CHECK(check(R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"a","labels":{"a":"b"}}})").empty());
  CHECK(check("{}") == Texts{"e.apiVersion: Required value", "e.kind: Required value"});
  CHECK(check(R"({"apiVersion":"a/b/c","kind":"","metadata":{"labels":{"a":1}}})").size() == 3);
}

TEST_CASE("formats") {
  struct Row {
    const char *format, *good, *bad;
  };
  const Row rows[] = {
      {"date-time", "2014-12-15T19:30:20.000Z", "2014-12-15"},
      {"date", "2006-01-02", "2006-13-02"},
      {"duration", "1h30m", "soon"},
      {"uuid", "a8098c1a-f86e-11da-bd1a-00112444be1e", "a8098c1a"},
      {"uuid4", "025b0d74-00a2-4048-bf57-227c5111bb34", "025b0d74-00a2-1048-bf57-227c5111bb34"},
      {"ipv4", "127.0.0.1", "::1"},
      {"ipv6", "::1", "127.0.0.1"},
      {"cidr", "10.0.0.0/8", "10.0.0.0"},
      {"mac", "01:02:03:04:05:06", "01:02"},
      {"uri", "http://foo.bar?baz=qux#quux", "no"},
      {"email", "a@b.example", "a"},
      {"hostname", "somewhere.example", "-"},
      {"byte", "AQID", "*"},
      {"hexcolor", "#FFFFFF", "#GG"},
      {"rgbcolor", "rgb(100,100,100)", "rgb(300,0,0)"},
      {"isbn10", "0321751043", "0321751044"},
      {"isbn13", "978-0321751041", "978-0321751042"},
      {"creditcard", "4111-1111-1111-1111", "4111-1111-1111-1112"},
      {"ssn", "111-11-1111", "111"},
      {"k8s-short-name", "abc", "Abc"},
      {"k8s-long-name", "a.b", "a_b"},
  };
  for (const auto& row : rows) {
    INFO(row.format);
    CHECK(is_format(row.format, row.good));
    CHECK_FALSE(is_format(row.format, row.bad));
  }
}
