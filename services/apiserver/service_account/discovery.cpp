#include "apiserver/service_account/discovery.hpp"
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <set>
#include "pki/jws.hpp"

namespace apiserver::service_account {

namespace json = boost::json;

base::Result<std::string> openid_configuration(std::string_view issuer, std::string_view jwks_uri,
                                               std::string_view external_address,
                                               std::span<const pki::PublicKey> keys) {
  if (!issuer.starts_with("https://")) {
    return base::Error(base::Errc::invalid_argument,
                       "issuer \"" + std::string(issuer) + "\" is no https URL");
  }
  std::string uri(jwks_uri);
  if (uri.empty()) uri = std::string("https://").append(external_address).append(jwks_path);
  std::set<std::string> algorithms;
  for (const auto& k : keys)
    algorithms.insert(k.algorithm() == pki::Algorithm::rsa ? "RS256" : "ES256");
  json::object o;
  o["issuer"] = issuer;
  o["jwks_uri"] = uri;
  o["response_types_supported"] = json::array{"id_token"};
  o["subject_types_supported"] = json::array{"public"};
  o["id_token_signing_alg_values_supported"] = json::array(algorithms.begin(), algorithms.end());
  return json::serialize(o);
}

std::string jwks(std::span<const pki::PublicKey> keys) {
  return json::serialize(pki::jwk_set(keys));
}

}  // namespace apiserver::service_account
