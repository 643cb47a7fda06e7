#include "api/selector.hpp"
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include "api/names.hpp"

namespace api {
namespace {

using Labels = std::map<std::string, std::string>;

TEST_CASE("label selectors match as upstream's do") {
  const Labels web{{"app", "web"}, {"tier", "front"}, {"n", "5"}};
  struct Case {
    const char* text;
    bool matches;
  };
  const Case cases[] = {{"", true},
                        {"app=web", true},
                        {"app==web", true},
                        {"app!=web", false},
                        {"x!=web", true},
                        {"app", true},
                        {"!app", false},
                        {"!x", true},
                        {"app in (web,db)", true},
                        {"app notin (web)", false},
                        {"x notin (web)", true},
                        {"app=web,tier in (front)", true},
                        {"app = web , !x", true},
                        {"n>4", true},
                        {"n<5", false},
                        {"x>1", false},
                        {"app in ()", false},
                        {"x=", false}};
  for (const auto& c : cases) {
    INFO(c.text);
    const auto s = LabelSelector::parse(c.text);
    REQUIRE(s.has_value());
    CHECK(s->matches(web) == c.matches);
  }
  CHECK_FALSE(LabelSelector::nothing().matches(web));
}

TEST_CASE("bad label selectors are refused") {
  for (auto text : {"=", "app=web,", ",", "app in web", "app in (a", "a b", "app=a=b", "app in (a))", "!",
                    "-a=b", "a>x", "a=b$"}) {
    INFO(text);
    CHECK_FALSE(LabelSelector::parse(text).has_value());
  }
}

TEST_CASE("label selectors print with their keys in order, and parse back") {
  const auto s = LabelSelector::from_json(
      boost::json::parse(
          R"({"matchLabels":{"z":"1"},"matchExpressions":[{"key":"a","operator":"In","values":["y","x"]},{"key":"b","operator":"DoesNotExist"}]})")
          .as_object());
  REQUIRE(s.has_value());
  CHECK(s->text() == "a in (x,y),!b,z=1");
  CHECK(LabelSelector::parse(s->text())->text() == s->text());
}

TEST_CASE("field selectors") {
  const auto s = FieldSelector::parse("spec.nodeName=a,status.phase!=Failed,x==b\\,c");
  REQUIRE(s.has_value());
  REQUIRE(s->terms().size() == 3);
  CHECK(s->required_value("spec.nodeName") == "a");
  CHECK_FALSE(s->terms()[1].equals);
  CHECK(s->terms()[2].value == "b,c");
  CHECK_FALSE(FieldSelector::parse("spec.nodeName").has_value());
}

TEST_CASE("names") {
  CHECK_FALSE(names::dns1123_label("a-1"));
  CHECK_FALSE(names::dns1123_subdomain("a.b-c.d"));
  CHECK_FALSE(names::qualified_name("example.com/My_name.1"));
  for (auto bad : {"", "A", "-a", "a-", "a.b", "a_b"})
    CHECK(names::dns1123_label(bad));
  for (auto bad : {"", "a..b", ".a", "a.", "a/b"})
    CHECK(names::dns1123_subdomain(bad));
  for (auto bad : {"", "/a", "a/", "a/b/c", "A.com/x", "-a"})
    CHECK(names::qualified_name(bad));
  CHECK(names::port_name("12"));
  CHECK(names::config_map_key("../x"));
}

}  // namespace
}  // namespace api
