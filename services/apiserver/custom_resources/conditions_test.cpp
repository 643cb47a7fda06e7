#include "apiserver/custom_resources/conditions.hpp"
#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>
#include "apiserver/kinds/custom_resource_definitions.hpp"

using namespace apiserver;
using api::Object;

namespace {

Object definition(const std::string& plural, const std::string& kind, const std::string& short_name = "") {
  auto o = boost::json::parse(R"({"metadata":{"name":")" + plural +
                              R"(.example.com"},"spec":{"group":"example.com",
      "scope":"Namespaced","names":{"plural":")" +
                              plural + R"(","singular":")" + plural + R"(x","kind":")" + kind +
                              R"(","listKind":")" + kind + R"(List"},
      "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}]}})")
               .as_object();
  if (!short_name.empty())
    o.at("spec").at("names").as_object()["shortNames"] = boost::json::array{boost::json::string(short_name)};
  return o;
}

std::string reason(const Object& o, std::string_view type) {
  const auto* c = kinds::definitions::condition(o, type);
  return c ? std::string(api::get_string(*c, {"status"})) + " " + std::string(api::get_string(*c, {"reason"}))
           : std::string();
}

}  // namespace

TEST_CASE("free names are accepted and the definition established") {
  auto o = definition("foos", "Foo", "fo");
  CHECK(custom_resources::update_status(o, {}, {}));
  CHECK(reason(o, "NamesAccepted") == "True NoConflicts");
  CHECK(reason(o, "Established") == "True InitialNamesAccepted");
  CHECK(o.at("status").at("acceptedNames") == o.at("spec").at("names"));
  CHECK(reason(o, "NonStructuralSchema").empty());
  CHECK_FALSE(custom_resources::update_status(o, {}, {}));
}

TEST_CASE("names that others have are not") {
  auto first = definition("foos", "Foo", "fo");
  custom_resources::update_status(first, {}, {});
  auto same_kind = definition("foos2", "Foo");
  CHECK(custom_resources::update_status(same_kind, {&first}, {}));
  CHECK(reason(same_kind, "NamesAccepted") == "False ListKindConflict");
  CHECK(reason(same_kind, "Established") == "False NotAccepted");
  auto same_short = definition("bars", "Bar", "fo");
  custom_resources::update_status(same_short, {&first}, {});
  CHECK(reason(same_short, "NamesAccepted") == "False ShortNamesConflict");
  CHECK(api::get_string(*kinds::definitions::condition(same_short, "NamesAccepted"), {"message"}) ==
        "\"fo\" is already in use");
  // The other one goes.
  custom_resources::update_status(same_short, {}, {});
  CHECK(reason(same_short, "Established") == "True InitialNamesAccepted");
}

TEST_CASE("what is not structural is said") {
  auto o = definition("foos", "Foo");
  o.at("spec").at("versions").at(0).at("schema").at("openAPIV3Schema") =
      boost::json::object{{"type", "object"}, {"properties", {{"x", boost::json::object()}}}};
  custom_resources::update_status(o, {}, {});
  CHECK(reason(o, "NonStructuralSchema") == "True Violations");
}

TEST_CASE("groups of the community need approval") {
  auto o = definition("foos", "Foo");
  o.at("spec").at("group") = "x.k8s.io";
  custom_resources::update_status(o, {}, {});
  CHECK(reason(o, "KubernetesAPIApprovalPolicyConformant") == "False MissingAnnotation");
}
