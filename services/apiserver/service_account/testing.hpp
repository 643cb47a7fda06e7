#pragma once
#include "api/object.hpp"
#include "apiserver/lookup/lookup.hpp"
#include "apiserver/service_account/token.hpp"
#include "apiserver/service_account/token_validator.hpp"

/// A service account with a pod on a node, an issuer and a validator: what the tests of this folder start
/// from.
namespace apiserver::service_account::testing {

inline boost::json::object object(const char* name, const char* ns, const char* uid) {
  boost::json::object meta{{"name", name}, {"uid", uid}};
  if (*ns) meta["namespace"] = ns;
  return {{"metadata", std::move(meta)}};
}

struct World {
  base::SystemTime now{std::chrono::seconds(1'800'000'000)};
  pki::PrivateKey key = pki::PrivateKey::generate(pki::Algorithm::ec_p256).value();
  MemoryLookup lookup;
  boost::json::object account = object("web", "default", "sa-uid");
  IssuerOptions options;

  World() {
    options.issuer = "https://kubernetes.default.svc.cluster.local";
    lookup.put("", "serviceaccounts", account);
    lookup.put("", "nodes", object("one", "", "node-uid"));
    auto pod = object("web-1", "default", "pod-uid");
    pod["spec"] = {{"serviceAccountName", "web"}, {"nodeName", "one"}};
    lookup.put("", "pods", pod);
  }
  TokenIssuer issuer() const { return TokenIssuer(options, key); }
  TokenValidator validator() const {
    return TokenValidator({{options.issuer}, {key.public_key()}, options.api_audiences}, lookup);
  }
  api::StatusOr<boost::json::object> request(boost::json::object spec) const {
    boost::json::object r{{"kind", "TokenRequest"}, {"spec", std::move(spec)}};
    return issuer().create(std::move(r), account, lookup, now);
  }
  std::string token(boost::json::object spec) const {
    return std::string(api::get_string(request(std::move(spec)).value(), {"status", "token"}));
  }
};

inline boost::json::object bound_to(const char* kind, const char* name, const char* uid = "") {
  return {{"kind", kind}, {"apiVersion", "v1"}, {"name", name}, {"uid", uid}};
}

}  // namespace apiserver::service_account::testing
