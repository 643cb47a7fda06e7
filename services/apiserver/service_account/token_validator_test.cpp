#include <catch2/catch.hpp>
#include "apiserver/service_account/testing.hpp"

using namespace apiserver::service_account;
using testing::bound_to;
using testing::World;
using namespace std::chrono_literals;

namespace {
std::string why(const World& w, const std::string& token, base::SystemTime at) {
  const auto r = w.validator().validate(token, {}, at);
  return r ? "" : r.error().message;
}
const boost::json::object to_pod{{"boundObjectRef", bound_to("Pod", "web-1")}};
}  // namespace

TEST_CASE("a fresh token tells who its holder is") {
  World w;
  const auto r = w.validator().validate(w.token(to_pod), {}, w.now).value();
  CHECK(r.user.name == "system:serviceaccount:default:web");
  CHECK(r.user.uid == "sa-uid");
  CHECK(r.user.in_group("system:serviceaccounts:default"));
  CHECK(r.user.extra.at("authentication.kubernetes.io/pod-name") == std::vector<std::string>{"web-1"});
  CHECK(r.user.extra.at("authentication.kubernetes.io/node-name") == std::vector<std::string>{"one"});
  CHECK(r.user.extra.at("authentication.kubernetes.io/credential-id").front().starts_with("JTI="));
  CHECK_FALSE(r.stale);
}

TEST_CASE("a token ends with its time") {
  World w;
  const auto token = w.token({});
  CHECK(why(w, token, w.now + 3600s).empty());
  CHECK(why(w, token, w.now + 3661s) == "the token has expired");
  CHECK(why(w, token, w.now - 30s).empty());
  CHECK(why(w, token, w.now - 90s) == "the token is not valid yet");
}

TEST_CASE("a token ends with what it is bound to") {
  World w;
  const auto token = w.token(to_pod);
  auto pod = *w.lookup.get("", "pods", "default", "web-1");
  api::metadata(pod)["deletionTimestamp"] = base::format_rfc3339(w.now);
  w.lookup.put("", "pods", pod);
  CHECK(why(w, token, w.now + 30s).empty());
  CHECK(why(w, token, w.now + 90s) == "pod web-1 has been deleted");
  w.lookup.remove("", "pods", "default", "web-1");
  CHECK(why(w, token, w.now) == "pod web-1 is gone");
  w.lookup.put("", "serviceaccounts", testing::object("web", "default", "new-uid"));
  CHECK(why(w, token, w.now) == "service account web is another one than the token was made for");
}

TEST_CASE("audiences are kept apart") {
  World w;
  const auto vault = w.token({{"audiences", {"vault", "other"}}});
  CHECK(why(w, vault, w.now) == "the token is meant for others");
  const std::vector<std::string> asked{"vault", "more"};
  CHECK(w.validator().validate(vault, asked, w.now).value().audiences == std::vector<std::string>{"vault"});
}

TEST_CASE("foreign and forged tokens are refused") {
  World w;
  World other;
  CHECK(why(w, other.token({}), w.now) == "no key verifies the signature");
  other.options.issuer = "https://elsewhere.example";
  CHECK(why(w, other.token({}), w.now) == "the issuer is not ours");
  auto token = w.token({});
  token[token.find('.') + 5] ^= 1;
  CHECK_FALSE(why(w, token, w.now).empty());
  CHECK_FALSE(why(w, "", w.now).empty());
}
