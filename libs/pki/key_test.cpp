#include "pki/key.hpp"
#include <catch2/catch.hpp>

using pki::Algorithm;

TEST_CASE("a key survives its PEM form") {
  for (const auto algorithm : {Algorithm::ec_p256, Algorithm::rsa}) {
    const auto key = pki::PrivateKey::generate(algorithm).value();
    const auto again = pki::PrivateKey::from_pem(key.to_pem()).value();
    CHECK(again.algorithm() == algorithm);
    CHECK(again.public_key() == key.public_key());
    CHECK(pki::PublicKey::from_pem(key.public_key().to_pem()).value() == key.public_key());
    CHECK(pki::PublicKey::from_pem(key.to_pem()).value() == key.public_key());
    CHECK(key.public_key().key_id().size() == 43);
  }
}

TEST_CASE("what is no key is refused") {
  CHECK(pki::PrivateKey::from_pem("").error().is(base::Errc::invalid_argument));
  CHECK(pki::PublicKey::from_pem("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n").has_error());
  // Ed25519 is a key, but not one of the two.
  constexpr auto ed25519 =
      "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"
      "-----END PUBLIC KEY-----\n";
  CHECK(pki::PublicKey::from_pem(ed25519).error().is(base::Errc::unsupported));
}
