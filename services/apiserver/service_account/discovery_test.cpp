#include "apiserver/service_account/discovery.hpp"
#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

using namespace apiserver::service_account;

TEST_CASE("the issuer is described for those who verify tokens") {
  const std::vector<pki::PublicKey> keys{pki::PrivateKey::generate(pki::Algorithm::rsa).value().public_key()};
  const auto text = openid_configuration("https://issuer", "", "10.0.0.1:6443", keys).value();
  const auto document = boost::json::parse(text);
  CHECK(document.at("jwks_uri") == "https://10.0.0.1:6443/openid/v1/jwks");
  CHECK(document.at("id_token_signing_alg_values_supported") == boost::json::array{"RS256"});
  CHECK(boost::json::parse(jwks(keys)).at("keys").as_array().size() == 1);
  CHECK(openid_configuration("http://issuer", "", "", keys).has_error());
}
