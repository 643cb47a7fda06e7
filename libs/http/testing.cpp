#include "http/testing.hpp"

namespace http::testing {
namespace {

pki::CertificateSpec spec_for(const std::string& name, std::chrono::hours valid_for) {
  pki::CertificateSpec spec;
  spec.common_name = name;
  spec.organizations = {"testers"};
  spec.dns_names = {"localhost"};
  spec.ip_addresses = {"127.0.0.1"};
  spec.server_auth = spec.client_auth = true;
  spec.not_after = std::chrono::system_clock::now() + valid_for;
  spec.not_before = spec.not_after - std::chrono::hours(48);
  return spec;
}

}  // namespace

Certificates::Certificates()
    : authority_(pki::create_authority(spec_for("test-ca", std::chrono::hours(2))).value()) {}

Certificates::Pair Certificates::issue(const std::string& name, std::chrono::hours valid_for) const {
  const auto key = pki::PrivateKey::generate(pki::Algorithm::ec_p256).value();
  const auto certificate = pki::issue(spec_for(name, valid_for), key.public_key(), authority_).value();
  return {certificate.pem(), key.to_pem()};
}

std::shared_ptr<TlsContext> Certificates::server(TlsContext::ClientAuth auth) const {
  const auto pair = issue("server");
  return TlsContext::server_from_pem(pair.certificate, pair.key, ca(), auth).value();
}

std::shared_ptr<TlsContext> Certificates::client() const {
  return TlsContext::client_from_pem("", "", ca()).value();
}

std::shared_ptr<TlsContext> Certificates::client(const Pair& identity) const {
  return TlsContext::client_from_pem(identity.certificate, identity.key, ca()).value();
}

void run(std::function<base::Awaitable<void>(base::Executor)> body) {
  base::asio::io_context io;
  std::exception_ptr failure;
  const base::Executor ex = io.get_executor();
  auto wrapped = [&]() -> base::Awaitable<void> { co_await body(ex); };
  base::asio::co_spawn(base::asio::make_strand(io), wrapped, [&](std::exception_ptr e) { failure = e; });
  io.run();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace http::testing
