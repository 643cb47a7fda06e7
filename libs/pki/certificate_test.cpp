#include "pki/certificate.hpp"
#include <catch2/catch.hpp>

using namespace std::chrono_literals;

namespace {

const base::SystemTime now{1'800'000'000s};

pki::CertificateSpec spec(std::string name) {
  pki::CertificateSpec s;
  s.common_name = std::move(name);
  s.not_before = now - 5min;
  s.not_after = now + 24h * 365;
  return s;
}

pki::Authority authority(std::string name) {
  return pki::create_authority(spec(std::move(name))).value();
}

}  // namespace

TEST_CASE("an authority signs itself") {
  const auto ca = authority("kubernetes");
  CHECK(ca.certificate.is_ca());
  CHECK(ca.certificate.common_name() == "kubernetes");
  CHECK(ca.certificate.signed_by(ca.certificate));
  CHECK(ca.certificate.belongs_to(ca.key));
  CHECK(ca.certificate.valid_at(now));
  CHECK_FALSE(ca.certificate.valid_at(now + 24h * 366));
}

TEST_CASE("an issued certificate says what was asked") {
  const auto ca = authority("kubernetes");
  const auto key = pki::PrivateKey::generate(pki::Algorithm::ec_p256).value();
  auto s = spec("system:node:one");
  s.organizations = {"system:nodes", "more, with a comma"};
  s.dns_names = {"localhost", "one.example"};
  s.ip_addresses = {"127.0.0.1", "::1"};
  s.server_auth = s.client_auth = true;
  const auto c = pki::issue(s, key.public_key(), ca).value();
  CHECK(c.organizations() == s.organizations);
  CHECK(c.dns_names() == s.dns_names);
  CHECK(c.ip_addresses() == s.ip_addresses);
  CHECK(c.server_auth());
  CHECK(c.client_auth());
  CHECK_FALSE(c.is_ca());
  CHECK(c.issuer_common_name() == "kubernetes");
  CHECK(c.signed_by(ca.certificate));
  CHECK_FALSE(c.signed_by(authority("kubernetes").certificate));
  CHECK(c.belongs_to(key));
  CHECK_FALSE(c.belongs_to(ca.key));
  CHECK(c.serial().size() == 32);
  CHECK(pki::issue(s, key.public_key(), ca).value().serial() != c.serial());
  CHECK(pki::Certificate::from_pem(c.pem()).value().pem() == c.pem());
}

TEST_CASE("a certificate does not outlive its authority") {
  const auto ca = authority("kubernetes");
  auto s = spec("late");
  s.client_auth = true;
  s.not_after = now + 24h * 3650;
  CHECK(pki::issue(s, ca.key.public_key(), ca).value().not_after() == ca.certificate.not_after());
}

TEST_CASE("wrong fields are named") {
  const auto ca = authority("kubernetes");
  const auto error = [&](pki::CertificateSpec s) {
    return pki::issue(s, ca.key.public_key(), ca).error().message;
  };
  auto s = spec("x");
  s.dns_names = {"a,DNS:b"};
  CHECK(error(s) == "\"a,DNS:b\" is not a DNS name");
  s = spec("x");
  s.ip_addresses = {"300.1.1.1"};
  CHECK(error(s) == "\"300.1.1.1\" is not an IP address");
  CHECK(error(spec("")) == "a certificate needs a common name");
  s = spec("x");
  s.not_before = s.not_after;
  CHECK(error(s) == "a certificate must start before it ends");
  CHECK(pki::Certificate::from_pem("nonsense").error().is(base::Errc::invalid_argument));
}
