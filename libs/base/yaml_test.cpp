#include "base/yaml.hpp"
#include <boost/json.hpp>
#include <catch2/catch.hpp>

namespace base {
namespace {

namespace json = boost::json;

TEST_CASE("scalars are read as Kubernetes reads them") {
  const auto v = parse_yaml(
      "a: 1\nb: 1.5\nc: yes\nd: \"1\"\ne: ~\nf: 0644\ng: text\nh: |\n  two\n  lines\ni: 1e3\nj: '5'\n");
  REQUIRE(v.has_value());
  CHECK(
      *v ==
      json::parse(
          R"({"a":1,"b":1.5,"c":true,"d":"1","e":null,"f":420,"g":"text","h":"two\nlines\n","i":1000.0,"j":"5"})"));
}

TEST_CASE("streams, anchors and merges") {
  const auto docs = parse_yaml_stream("a: 1\n---\n---\nb: &x {c: 1}\nd:\n  <<: *x\n  e: 2\n");
  REQUIRE(docs.has_value());
  REQUIRE(docs->size() == 2);
  CHECK((*docs)[1] == json::parse(R"({"b":{"c":1},"d":{"e":2,"c":1}})"));
}

TEST_CASE("bad YAML is refused with its place") {
  CHECK(parse_yaml("a: [1").error().message.find("line") != std::string::npos);
  CHECK(parse_yaml("a: 1\na: 2").error().message.find("already set") != std::string::npos);
  CHECK_FALSE(parse_yaml("a: 1\n---\nb: 2").has_value());
  std::string laughs = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
  for (int i = 1; i < 9; ++i) {
    const std::string before = "*a" + std::to_string(i - 1), name = "a" + std::to_string(i);
    laughs += name + ": &" + name + " [";
    for (int k = 0; k < 10; ++k)
      laughs += (k ? "," : "") + before;
    laughs += "]\n";
  }
  CHECK_FALSE(parse_yaml(laughs).has_value());
  CHECK_FALSE(parse_yaml(std::string(500, '[') + std::string(500, ']')).has_value());
}

TEST_CASE("what is printed reads back the same") {
  const auto v =
      json::parse(R"({"apiVersion":"v1","metadata":{"labels":{"a":"1","b":"true","c":"null","d":"x: y"}},
    "data":{"file":"one\ntwo\n","keep":"a\n\n","none":"x\ny","empty":"","date":"2026-01-01T00:00:00Z","lead":" x"},
    "list":[1,"two",{"k":"v","l":[]},["n"],{}],"n":null,"f":1.5})");
  const auto text = to_yaml(v);
  INFO(text);
  const auto back = parse_yaml(text);
  REQUIRE(back.has_value());
  CHECK(*back == v);
  CHECK(to_yaml(json::parse(R"({"spec":{"ports":[{"port":80}]}})")) == "spec:\n  ports:\n  - port: 80\n");
}

TEST_CASE("what is not text is refused before the parser sees it") {
  CHECK_FALSE(parse_yaml("a: \xFF").has_value());
  CHECK_FALSE(parse_yaml(std::string_view("a: \0", 4)).has_value());
  CHECK_FALSE(parse_yaml("a: \x07").has_value());
  CHECK(parse_yaml("a:\t1\r\n").has_value());
}

TEST_CASE("a stray closing bracket ends in an error, not in endless empty documents") {
  CHECK_FALSE(parse_yaml("{\"a\":1}}").has_value());
  CHECK_FALSE(parse_yaml("{\"a\":{\"b\" \"c\":1}},\"d\":{}}a\":{").has_value());
  CHECK(parse_yaml_stream("a: 1\n---\nb: 2\n...\n---\nc: 3\n").value().size() == 3);
}

}  // namespace
}  // namespace base
