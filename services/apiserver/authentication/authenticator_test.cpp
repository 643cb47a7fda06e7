#include "apiserver/authentication/authenticator.hpp"
#include <catch2/catch.hpp>
#include "api/object.hpp"
#include "base/encoding.hpp"

using namespace apiserver::authentication;

namespace {

class OneToken final : public TokenAuthenticator {
 public:
  base::Result<ValidatedToken> validate(std::string_view token, std::span<const std::string> audiences,
                                        base::SystemTime) const override {
    if (token != "good") return base::Error(base::Errc::unauthenticated, "unknown token");
    ValidatedToken v;
    v.user.name = "system:serviceaccount:default:web";
    v.audiences.assign(audiences.begin(), audiences.end());
    return v;
  }
};

const OneToken tokens;
const base::SystemTime now{std::chrono::seconds(1'800'000'000)};

api::StatusOr<UserInfo> ask(const http::PeerCertificate& peer, const http::Headers& headers,
                            std::string_view path, Options options = {}) {
  return Authenticator(std::move(options), &tokens).authenticate(peer, headers, path, now);
}

http::Headers with(std::string name, std::string value) {
  http::Headers h;
  h.add(std::move(name), std::move(value));
  return h;
}

}  // namespace

TEST_CASE("a client certificate comes first") {
  http::PeerCertificate peer;
  peer.common_name = "jane";
  peer.organizations = {"dev"};
  peer.fingerprint = "ab12";
  const auto user = ask(peer, with("Authorization", "Bearer bad"), "/api").value();
  CHECK(user.name == "jane");
  CHECK(user.groups == std::vector<std::string>{"dev", "system:authenticated"});
  CHECK(user.extra.at("authentication.kubernetes.io/credential-id") ==
        std::vector<std::string>{"X509SHA256=ab12"});
}

TEST_CASE("a client certificate that does not verify is refused, unless a token proves who asks") {
  http::PeerCertificate peer;
  peer.verify_error = "certificate has expired";
  CHECK(ask(peer, {}, "/livez").error().code == 401);
  CHECK(ask(peer, with("Authorization", "Bearer good"), "/api").has_value());
}

TEST_CASE("a bearer token must hold") {
  CHECK(ask({}, with("Authorization", "Bearer good"), "/api").value().in_group("system:authenticated"));
  CHECK(ask({}, with("authorization", "bearer  good "), "/api").has_value());
  CHECK(ask({}, with("Authorization", "Bearer bad"), "/livez").error().code == 401);
  CHECK(ask({}, with("Authorization", "Basic Zm9v"), "/livez").error().code == 401);
  const auto protocol =
      "v5.channel.k8s.io, base64url.bearer.authorization.k8s.io." + base::base64url_encode("good");
  CHECK(ask({}, with("Sec-WebSocket-Protocol", protocol), "/api").has_value());
}

TEST_CASE("anonymous requests reach health and version alone") {
  CHECK(ask({}, {}, "/readyz").value().name == "system:anonymous");
  CHECK(ask({}, {}, "/readyz").value().groups == std::vector<std::string>{"system:unauthenticated"});
  CHECK(ask({}, {}, "/api").error().code == 401);
  Options open;
  open.anonymous_paths.clear();
  CHECK(ask({}, {}, "/api", open).has_value());
  open.anonymous = false;
  CHECK(ask({}, {}, "/readyz", open).error().code == 401);
}

TEST_CASE("a token review tells") {
  const Authenticator a({}, &tokens);
  const auto review = [&](const char* token) {
    boost::json::object o{{"spec", {{"token", token}, {"audiences", {"x"}}}}};
    return a.review_token(std::move(o), now);
  };
  const auto good = review("good").value();
  CHECK(api::get_bool(good, {"status", "authenticated"}));
  CHECK(api::get_array(good, {"status", "audiences"})->size() == 1);
  const auto bad = review("bad").value();
  CHECK_FALSE(api::get_bool(bad, {"status", "authenticated"}));
  CHECK(api::get_string(bad, {"status", "error"}) == "unknown token");
  CHECK(review("").error().code == 400);
}
