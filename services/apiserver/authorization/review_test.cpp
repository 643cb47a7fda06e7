#include "apiserver/authorization/review.hpp"
#include <catch2/catch.hpp>
#include "api/object.hpp"
#include "apiserver/authorization/testing.hpp"

using namespace apiserver::authorization;
using testing::object;
using testing::user;

namespace {

/// Allows "get pods" to jane, and "/healthz" to all.
class Few final : public Authorizer {
 public:
  Decision authorize(const Attributes& a) const override {
    const bool pods = a.user->name == "jane" && a.verb == "get" && a.resource == "pods";
    if (pods || a.path == "/healthz") return {Verdict::allow, "because"};
    return {};
  }
  void rules_for(const UserInfo&, std::string_view, RuleList& out) const override {
    out.resource_rules.push_back({{"get"}, {""}, {"pods"}, {}});
  }
};
const Few few;

}  // namespace

TEST_CASE("a review of anybody's access") {
  const auto r = subject_access_review(
      object(
          R"({"spec":{"user":"jane","resourceAttributes":{"verb":"get","resource":"pods","namespace":"x"}}})"),
      few);
  CHECK(api::get_bool(r.value(), {"status", "allowed"}));
  CHECK(api::get_string(r.value(), {"status", "reason"}) == "because");
  CHECK(subject_access_review(object(R"({"spec":{"user":"jane"}})"), few).error().code == 422);
  CHECK(subject_access_review(object(R"({"spec":{"resourceAttributes":{}}})"), few).error().code == 422);
}

TEST_CASE("a review of one's own access") {
  const auto joe = user("joe");
  const auto review = [&](const char* text) {
    return self_subject_access_review(object(text), joe, few).value();
  };
  CHECK(api::get_bool(review(R"({"spec":{"nonResourceAttributes":{"verb":"get","path":"/healthz"}}})"),
                      {"status", "allowed"}));
  const auto no = review(R"({"spec":{"resourceAttributes":{"verb":"get","resource":"pods"}}})");
  CHECK_FALSE(api::get_bool(no, {"status", "allowed"}));
  CHECK(api::get(no, "status", "denied") == nullptr);
}

TEST_CASE("a local review stays in its namespace") {
  const auto text =
      R"({"spec":{"user":"jane","resourceAttributes":{"verb":"get","resource":"pods","namespace":"x"}}})";
  CHECK(local_subject_access_review(object(text), "x", few).has_value());
  CHECK(local_subject_access_review(object(text), "y", few).error().code == 400);
}

TEST_CASE("rules and identity can be asked for") {
  const auto joe = user("joe", {"dev"});
  CHECK(self_subject_rules_review(object(R"({"spec":{}})"), joe, few).error().code == 400);
  const auto r = self_subject_rules_review(object(R"({"spec":{"namespace":"x"}})"), joe, few).value();
  CHECK(api::get_array(r, {"status", "resourceRules"})->size() == 1);
  CHECK(api::get_string(self_subject_review({}, joe), {"status", "userInfo", "username"}) == "joe");
}
