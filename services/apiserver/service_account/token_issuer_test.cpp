#include <catch2/catch.hpp>
#include "apiserver/service_account/testing.hpp"

using namespace apiserver::service_account;
using testing::bound_to;
using testing::World;
namespace json = boost::json;

TEST_CASE("a request without wishes gets an hour for the API server") {
  World w;
  const auto r = w.request({}).value();
  CHECK(api::get_int(r, {"spec", "expirationSeconds"}) == 3600);
  CHECK(api::get_string(r, {"status", "expirationTimestamp"}) == "2027-01-15T09:00:00Z");
  CHECK(api::name_of(r) == "web");
  const auto claims = pki::parse_jws(api::get_string(r, {"status", "token"})).value().claims;
  CHECK(claims.at("sub") == "system:serviceaccount:default:web");
  CHECK(claims.at("aud") == json::array{w.options.issuer});
  CHECK(claims.at("exp") == 1'800'003'600);
  CHECK(api::get_string(claims, {"kubernetes.io", "serviceaccount", "uid"}) == "sa-uid");
}

TEST_CASE("expiry has bounds") {
  World w;
  CHECK(w.request({{"expirationSeconds", 599}}).error().reason == "Invalid");
  CHECK(w.request({{"expirationSeconds", 600}}).has_value());
  CHECK(w.request({{"expirationSeconds", (std::int64_t{1} << 32) + 1}}).error().reason == "Invalid");
  w.options.max_expiration = std::chrono::seconds(1200);
  CHECK(api::get_int(w.request({{"expirationSeconds", 86400}}).value(), {"spec", "expirationSeconds"}) ==
        1200);
}

TEST_CASE("a token bound to a pod names its node, and outlives its warning") {
  World w;
  json::object spec{{"expirationSeconds", 3607}, {"boundObjectRef", bound_to("Pod", "web-1", "pod-uid")}};
  const auto r = w.request(spec).value();
  CHECK(api::get_string(r, {"status", "expirationTimestamp"}) == "2027-01-15T09:00:07Z");
  const auto claims =
      TokenClaims::from_json(pki::parse_jws(api::get_string(r, {"status", "token"})).value().claims);
  REQUIRE(claims.has_value());
  CHECK(claims->subject.pod == ObjectReference{"web-1", "pod-uid"});
  CHECK(claims->subject.node == ObjectReference{"one", "node-uid"});
  CHECK(claims->expires == w.now + std::chrono::hours(24 * 365));
  CHECK(claims->warn_after == w.now + std::chrono::seconds(3607));

  spec["audiences"] = json::array{"vault"};
  const auto other = pki::parse_jws(w.token(spec)).value();
  CHECK(TokenClaims::from_json(other.claims).value().expires == w.now + std::chrono::seconds(3607));
}

TEST_CASE("what a token cannot be bound to is refused") {
  World w;
  const auto code = [&](json::object reference) {
    return w.request({{"boundObjectRef", std::move(reference)}}).error().code;
  };
  CHECK(code(bound_to("Pod", "absent")) == 404);
  CHECK(code(bound_to("Pod", "web-1", "another")) == 409);
  CHECK(code(bound_to("Deployment", "web")) == 400);
  auto foreign = testing::object("other", "default", "x");
  foreign["spec"] = {{"serviceAccountName", "someone-else"}};
  w.lookup.put("", "pods", foreign);
  CHECK(code(bound_to("Pod", "other")) == 400);
  CHECK(w.request({{"boundObjectRef", bound_to("Node", "one")}}).has_value());
}
