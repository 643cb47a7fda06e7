#include "pki/jws.hpp"
#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>

using pki::Algorithm;

namespace {
boost::json::object claims() {
  return {{"iss", "https://kubernetes.default.svc"}, {"exp", 1800000000}};
}
}  // namespace

TEST_CASE("a signed token verifies with its key alone") {
  for (const auto algorithm : {Algorithm::ec_p256, Algorithm::rsa}) {
    const auto key = pki::PrivateKey::generate(algorithm).value();
    const auto other = pki::PrivateKey::generate(algorithm).value();
    const auto token = pki::sign_jws(claims(), key).value();
    const auto jws = pki::parse_jws(token).value();
    CHECK(jws.claims == claims());
    CHECK(jws.key_id == key.public_key().key_id());
    CHECK(pki::verify_jws(jws, key.public_key()));
    CHECK_FALSE(pki::verify_jws(jws, other.public_key()));
    const std::vector<pki::PublicKey> keys{other.public_key(), key.public_key()};
    CHECK(pki::verify_jws(jws, keys));

    auto altered = jws;
    altered.signing_input[10] ^= 1;
    CHECK_FALSE(pki::verify_jws(altered, key.public_key()));
    auto cut = jws;
    cut.signature.pop_back();
    CHECK_FALSE(pki::verify_jws(cut, key.public_key()));
    auto none = jws;
    none.algorithm = "none";
    CHECK_FALSE(pki::verify_jws(none, key.public_key()));
  }
}

TEST_CASE("a token of RFC 7515, appendix A.3, verifies") {
  const std::string pem =
      "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEf83OJ3D2xF1Bg8vub9tLe1gHMzV7\n"
      "6e8Tus9uPHvRVEXH8UTNG72bfocs3+257rn0s2ldbqkLJK2KRiMohYjlrQ==\n-----END PUBLIC KEY-----\n";
  const std::string token =
      "eyJhbGciOiJFUzI1NiJ9."
      "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0"
      "cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
  CHECK(pki::verify_jws(pki::parse_jws(token).value(), pki::PublicKey::from_pem(pem).value()));
}

TEST_CASE("what is no token is refused") {
  for (const auto* text : {"", "a", "a.b", "a.b.c.d", "..", "!.!.!", "e30.W10.", "bnVsbA.e30."}) {
    CHECK(pki::parse_jws(text).has_error());
  }
  CHECK(pki::parse_jws(std::string(pki::token_bytes_max + 1, 'a')).has_error());
}

TEST_CASE("a key set names its keys and holds no secret") {
  const auto rsa = pki::PrivateKey::generate(Algorithm::rsa).value();
  const auto ec = pki::PrivateKey::generate(Algorithm::ec_p256).value();
  const std::vector<pki::PublicKey> keys{rsa.public_key(), ec.public_key()};
  const auto set = pki::jwk_set(keys);
  const auto& list = set.at("keys").as_array();
  REQUIRE(list.size() == 2);
  CHECK(list[0].at("alg") == "RS256");
  CHECK(list[0].at("e") == "AQAB");
  CHECK(list[0].at("kid").as_string() == rsa.public_key().key_id());
  CHECK(list[1].at("crv") == "P-256");
  CHECK(list[1].at("x").as_string().size() == 43);
  CHECK_FALSE(list[1].as_object().contains("d"));
}
