#include "api/apply/testing.hpp"

using namespace api::apply;
using namespace api::apply::testing;
namespace json = boost::json;

namespace {

FieldSet set_of(std::initializer_list<std::initializer_list<std::string_view>> paths) {
  FieldSet out;
  for (const auto& p : paths)
    out.insert(path(p));
  return out;
}

std::string text_of(const FieldSet& set) {
  return api::encode(to_fields_v1(set));
}

FieldSet parsed(std::string_view text) {
  auto set = from_fields_v1(json::parse(text));
  REQUIRE(set.has_value());
  return *set;
}

}  // namespace

TEST_CASE("path elements are read, written and named in messages", "[apply]") {
  struct Row {
    std::string_view serialized, message;
  };
  const Row rows[] = {
      {"f:spec", ".spec"},
      {"f:", "."},
      {"f:a:b", ".a:b"},
      {"i:0", "[0]"},
      {"i:123", "[123]"},
      {R"(v:"x")", R"([="x"])"},
      {"v:1", "[=1]"},
      {"v:1.5", "[=1.5]"},
      {"v:true", "[=true]"},
      {R"(k:{"name":"web"})", R"([name="web"])"},
      {R"(k:{"containerPort":80,"protocol":"TCP"})", R"([containerPort=80,protocol="TCP"])"},
      {R"(k:{"flag":true,"none":null})", "[flag=true,none=null]"},
  };
  for (const auto& row : rows) {
    INFO(row.serialized);
    const auto element = path({row.serialized}).front();
    CHECK(element.serialized() == row.serialized);
    CHECK(element.message() == row.message);
  }
  CHECK(path({R"(k:{"b":1,"a":2})"}).front().serialized() == R"(k:{"a":2,"b":1})");
  for (const std::string_view wrong :
       {"", "f", "spec", "i:x", "i:", "v:", "v:{", "k:1", "k:{\"a\":}", "v:1 2"}) {
    INFO(wrong);
    CHECK(!PathElement::parse(wrong).has_value());
  }
  const auto unknown = PathElement::parse("z:future");
  REQUIRE(unknown.has_value());
  CHECK(!unknown->has_value());
}

TEST_CASE("elements are ordered by kind, name and the size of numbers", "[apply]") {
  const auto in_order =
      path({"f:a", "f:b", "f:ba", R"(k:{"name":"a"})", R"(k:{"name":"b"})", R"(k:{"port":80})",
            R"(k:{"port":443})", R"(k:{"port":443,"protocol":"TCP"})", R"(k:{"port":443,"protocol":"UDP"})",
            R"(k:{"port":8080})", "v:2", "v:10", "i:2", "i:10"});
  for (std::size_t i = 0; i < in_order.size(); ++i)
    for (std::size_t j = 0; j < in_order.size(); ++j) {
      INFO(in_order[i].serialized() << " and " << in_order[j].serialized());
      const int order = compare(in_order[i], in_order[j]);
      CHECK((order < 0) == (i < j));
      CHECK((order == 0) == (i == j));
    }
}

TEST_CASE("the FieldsV1 form", "[apply]") {
  const std::string_view same[] = {
      "{}",
      R"({"f:a":{}})",
      R"({"f:a":{"f:b":{}}})",
      R"({"f:a":{".":{},"f:b":{}}})",
      R"({"f:a":{".":{},"f:b":{"f:c":{}}},"f:d":{}})",
      R"({"f:spec":{"f:containers":{"k:{\"name\":\"c\"}":{".":{},"f:image":{},"f:name":{}}}}})",
      R"({"f:set":{"v:\"a\"":{},"v:\"b\"":{},"v:1":{}}})",
      R"({"f:list":{"i:0":{},"i:1":{"f:x":{}}}})",
  };
  for (const auto text : same) {
    INFO(text);
    CHECK(text_of(parsed(text)) == text);
  }
  // Any order is read, one order is written; what is not known is left out.
  CHECK(text_of(parsed(R"({"f:b":{},"f:a":{"f:z":{},"f:y":{},".":{}}})")) ==
        R"({"f:a":{".":{},"f:y":{},"f:z":{}},"f:b":{}})");
  CHECK(text_of(parsed(R"({"f:a":{"z:new":{"f:b":{}}},"z:other":{}})")) == R"({"f:a":{}})");
  for (const std::string_view wrong :
       {"[]", "1", "null", R"({"f:a":1})", R"({"nothing":{}})", R"({"k:x":{}})"}) {
    INFO(wrong);
    CHECK(!from_fields_v1(json::parse(wrong)).has_value());
  }
  std::string deep = "{}";
  for (int i = 0; i < 200; ++i)
    deep = "{\"f:a\":" + deep + "}";
  json::parse_options deep_enough;
  deep_enough.max_depth = 1000;
  CHECK(!from_fields_v1(json::parse(deep, {}, deep_enough)).has_value());
}

TEST_CASE("sets: union, intersection and differences", "[apply]") {
  struct Row {
    std::string_view a, b, both, common, rest, rest_without_children;
  };
  const Row rows[] = {
      {"{}", "{}", "{}", "{}", "{}", "{}"},
      {R"({"f:a":{}})", "{}", R"({"f:a":{}})", "{}", R"({"f:a":{}})", R"({"f:a":{}})"},
      {R"({"f:a":{}})", R"({"f:b":{}})", R"({"f:a":{},"f:b":{}})", "{}", R"({"f:a":{}})", R"({"f:a":{}})"},
      {R"({"f:a":{}})", R"({"f:a":{}})", R"({"f:a":{}})", R"({"f:a":{}})", "{}", "{}"},
      // A parent and its child are two members.
      {R"({"f:a":{}})", R"({"f:a":{"f:b":{}}})", R"({"f:a":{".":{},"f:b":{}}})", "{}", R"({"f:a":{}})",
       R"({"f:a":{}})"},
      {R"({"f:a":{"f:b":{}}})", R"({"f:a":{}})", R"({"f:a":{".":{},"f:b":{}}})", "{}",
       R"({"f:a":{"f:b":{}}})", "{}"},
      {R"({"f:a":{".":{},"f:b":{},"f:c":{"f:d":{}}}})", R"({"f:a":{"f:b":{},"f:c":{}}})",
       R"({"f:a":{".":{},"f:b":{},"f:c":{".":{},"f:d":{}}}})", R"({"f:a":{"f:b":{}}})",
       R"({"f:a":{".":{},"f:c":{"f:d":{}}}})", R"({"f:a":{}})"},
      {R"({"f:l":{"k:{\"n\":1}":{".":{},"f:x":{}},"k:{\"n\":2}":{}}})", R"({"f:l":{"k:{\"n\":1}":{}}})",
       R"({"f:l":{"k:{\"n\":1}":{".":{},"f:x":{}},"k:{\"n\":2}":{}}})", R"({"f:l":{"k:{\"n\":1}":{}}})",
       R"({"f:l":{"k:{\"n\":1}":{"f:x":{}},"k:{\"n\":2}":{}}})", R"({"f:l":{"k:{\"n\":2}":{}}})"},
      {R"({"f:s":{"v:1":{},"v:2":{}}})", R"({"f:s":{"v:2":{},"v:3":{}}})",
       R"({"f:s":{"v:1":{},"v:2":{},"v:3":{}}})", R"({"f:s":{"v:2":{}}})", R"({"f:s":{"v:1":{}}})",
       R"({"f:s":{"v:1":{}}})"},
  };
  for (const auto& row : rows) {
    INFO(row.a << " with " << row.b);
    const auto a = parsed(row.a), b = parsed(row.b);
    CHECK(text_of(unite(a, b)) == row.both);
    CHECK(text_of(unite(b, a)) == row.both);
    CHECK(text_of(intersect(a, b)) == row.common);
    CHECK(text_of(intersect(b, a)) == row.common);
    CHECK(text_of(subtract(a, b)) == row.rest);
    CHECK(text_of(subtract_with_children(a, b)) == row.rest_without_children);
    CHECK(unite(subtract(a, b), intersect(a, b)) == a);
  }
}

TEST_CASE("sets: members, sizes and leaves", "[apply]") {
  const auto set = set_of({{"f:a"}, {"f:a", "f:b"}, {"f:a", "f:b", "f:c"}, {"f:d", "f:e"}, {}});
  CHECK(set.size() == 4);
  CHECK(set.has(path({"f:a", "f:b"})));
  CHECK(!set.has(path({"f:d"})));
  CHECK(!set.has(path({"f:d", "f:x"})));
  CHECK(!set.has(Path{}));
  CHECK(words(leaves(set)) == ".a.b.c .d.e");
  CHECK(words(set.below(path({"f:a"}).front())) == ".b .b.c");
  std::vector<std::string> order;
  set.each([&](const Path& p) { order.push_back(message(p)); });
  CHECK(order == std::vector<std::string>{".a", ".a.b", ".a.b.c", ".d.e"});
}

TEST_CASE("sets behave as sets of paths", "[apply]") {
  // A plain model: the members as text.
  std::uint32_t seed = 7;
  const auto random = [&](std::uint32_t n) {
    seed = seed * 1664525 + 1013904223;
    return (seed >> 16) % n;
  };
  const auto random_set = [&] {
    FieldSet out;
    for (std::uint32_t i = random(12); i > 0; --i) {
      Path p;
      for (std::uint32_t depth = 1 + random(3); depth > 0; --depth)
        p.push_back(PathElement::field(std::string(1, static_cast<char>('a' + random(3)))));
      out.insert(p);
    }
    return out;
  };
  const auto members = [](const FieldSet& s) {
    std::set<std::string> out;
    s.each([&](const Path& p) { out.insert(message(p)); });
    return out;
  };
  for (int round = 0; round < 2000; ++round) {
    const auto a = random_set(), b = random_set();
    const auto x = members(a), y = members(b);
    std::set<std::string> both = x, common, rest;
    both.insert(y.begin(), y.end());
    for (const auto& p : x)
      (y.contains(p) ? common : rest).insert(p);
    REQUIRE(members(unite(a, b)) == both);
    REQUIRE(members(intersect(a, b)) == common);
    REQUIRE(members(subtract(a, b)) == rest);
    REQUIRE(parsed(text_of(a)) == a);
    REQUIRE(a.size() == x.size());
  }
}
