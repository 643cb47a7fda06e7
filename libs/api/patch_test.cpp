#include "api/patch.hpp"
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include "api/resource.hpp"

namespace api {
namespace {

struct Case {
  const char *name, *document, *patch, *result;
};  // result null: refused

void check(const Case& c, const StatusOr<json::value>& got) {
  INFO(c.name);
  CHECK(got.has_value() == (c.result != nullptr));
  if (got.has_value() && c.result) CHECK(json::serialize(*got) == json::serialize(json::parse(c.result)));
}

TEST_CASE("JSON patch, RFC 6902") {
  const Case cases[] = {
      {"add", R"({"a":1})", R"([{"op":"add","path":"/b","value":2}])", R"({"a":1,"b":2})"},
      {"insert", R"({"l":[1,3]})", R"([{"op":"add","path":"/l/1","value":2}])", R"({"l":[1,2,3]})"},
      {"append", R"({"l":[1]})", R"([{"op":"add","path":"/l/-","value":2}])", R"({"l":[1,2]})"},
      {"remove", R"({"a":1,"b":2})", R"([{"op":"remove","path":"/a"}])", R"({"b":2})"},
      {"replace", R"({"a":1})", R"([{"op":"replace","path":"/a","value":2}])", R"({"a":2})"},
      {"move", R"({"a":1})", R"([{"op":"move","from":"/a","path":"/b"}])", R"({"b":1})"},
      {"copy", R"({"a":1})", R"([{"op":"copy","from":"/a","path":"/b"}])", R"({"a":1,"b":1})"},
      {"escapes", R"({"a/b":1})", R"([{"op":"replace","path":"/a~1b","value":2}])", R"({"a/b":2})"},
      {"test holds", R"({"a":1})", R"([{"op":"test","path":"/a","value":1}])", R"({"a":1})"},
      {"test fails", R"({"a":1})", R"([{"op":"test","path":"/a","value":2}])", nullptr},
      {"missing", R"({"a":1})", R"([{"op":"remove","path":"/b"}])", nullptr},
      {"beyond", R"({"l":[1]})", R"([{"op":"add","path":"/l/5","value":1}])", nullptr},
      {"into itself", R"({"a":{}})", R"([{"op":"move","from":"/a","path":"/a/b"}])", nullptr},
      {"not a list", R"({})", R"({"op":"add"})", nullptr},
      {"unknown op", R"({})", R"([{"op":"x","path":"/a"}])", nullptr},
  };
  for (const auto& c : cases)
    check(c, apply_json_patch(json::parse(c.document), json::parse(c.patch)));
}

TEST_CASE("merge patch, RFC 7386") {
  const Case cases[] = {
      {"replace", R"({"a":"b"})", R"({"a":"c"})", R"({"a":"c"})"},
      {"remove", R"({"a":"b","b":"c"})", R"({"a":null})", R"({"b":"c"})"},
      {"lists replace", R"({"a":[1]})", R"({"a":[2]})", R"({"a":[2]})"},
      {"nested", R"({"a":{"b":1}})", R"({"a":{"b":null,"c":{"d":null}}})", R"({"a":{"c":{}}})"},
  };
  for (const auto& c : cases)
    check(c, apply_merge_patch(json::parse(c.document), json::parse(c.patch)));
}

TEST_CASE("strategic merge patch") {
  const Case cases[] = {
      {"containers merge by name",
       R"({"spec":{"containers":[{"name":"a","image":"1"},{"name":"b","image":"1"}]}})",
       R"({"spec":{"containers":[{"name":"b","image":"2"}]}})",
       R"({"spec":{"containers":[{"name":"a","image":"1"},{"name":"b","image":"2"}]}})"},
      {"new element", R"({"spec":{"containers":[{"name":"a"}]}})",
       R"({"spec":{"containers":[{"name":"b"}]}})", R"({"spec":{"containers":[{"name":"a"},{"name":"b"}]}})"},
      {"delete element", R"({"spec":{"containers":[{"name":"a"},{"name":"b"}]}})",
       R"({"spec":{"containers":[{"$patch":"delete","name":"a"}]}})",
       R"({"spec":{"containers":[{"name":"b"}]}})"},
      {"replace list", R"({"spec":{"containers":[{"name":"a"}]}})",
       R"({"spec":{"containers":[{"name":"c"},{"$patch":"replace"}]}})",
       R"({"spec":{"containers":[{"name":"c"}]}})"},
      {"replace object", R"({"metadata":{"labels":{"a":"1"}}})",
       R"({"metadata":{"labels":{"$patch":"replace","b":"2"}}})", R"({"metadata":{"labels":{"b":"2"}}})"},
      {"order", R"({"spec":{"containers":[{"name":"a"},{"name":"b"}]}})",
       R"({"spec":{"$setElementOrder/containers":[{"name":"c"},{"name":"b"},{"name":"a"}],"containers":[{"name":"c"}]}})",
       R"({"spec":{"containers":[{"name":"c"},{"name":"b"},{"name":"a"}]}})"},
      {"primitive union", R"({"metadata":{"finalizers":["a"]}})", R"({"metadata":{"finalizers":["b","a"]}})",
       R"({"metadata":{"finalizers":["a","b"]}})"},
      {"primitive delete", R"({"metadata":{"finalizers":["a","b"]}})",
       R"({"metadata":{"$deleteFromPrimitiveList/finalizers":["a"]}})",
       R"({"metadata":{"finalizers":["b"]}})"},
      {"retain keys", R"({"spec":{"volumes":[{"name":"v","emptyDir":{}}]}})",
       R"({"spec":{"volumes":[{"name":"v","$retainKeys":["name","hostPath"],"hostPath":{"path":"/"}}]}})",
       R"({"spec":{"volumes":[{"name":"v","hostPath":{"path":"/"}}]}})"},
      {"null removes", R"({"metadata":{"labels":{"a":"1","b":"2"}}})",
       R"({"metadata":{"labels":{"a":null}}})", R"({"metadata":{"labels":{"b":"2"}}})"},
      {"atomic list replaces", R"({"spec":{"containers":[{"name":"a","command":["x","y"]}]}})",
       R"({"spec":{"containers":[{"name":"a","command":["z"]}]}})",
       R"({"spec":{"containers":[{"name":"a","command":["z"]}]}})"},
      {"no merge key", R"({"spec":{"containers":[{"name":"a"}]}})",
       R"({"spec":{"containers":[{"image":"x"}]}})", nullptr},
      {"unknown directive", R"({"spec":{}})", R"({"spec":{"$patch":"explode"}})", nullptr},
  };
  const Type& pod = *find_resource("", "v1", "pods")->type;
  for (const auto& c : cases)
    check(c, apply_strategic_merge_patch(json::parse(c.document), json::parse(c.patch), pod));
}

}  // namespace
}  // namespace api
