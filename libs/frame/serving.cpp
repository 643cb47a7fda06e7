#include <unistd.h>
#include "frame/frame.hpp"
#include "pki/certificate.hpp"

namespace frame {
namespace {

using base::Errc;
using base::Error;

std::string host_name() {
  char name[256] = {};
  return gethostname(name, sizeof name - 1) == 0 && name[0] ? name : "localhost";
}

base::Result<std::shared_ptr<http::TlsContext>> self_signed() {
  auto key = pki::PrivateKey::generate(pki::Algorithm::ec_p256);
  if (!key) return key.error();
  pki::CertificateSpec spec;
  spec.common_name = "coxswain-self-signed";
  spec.not_before = std::chrono::system_clock::now() - std::chrono::hours(1);
  spec.not_after = spec.not_before + std::chrono::hours(24 * 365);
  auto authority = pki::create_authority(spec, *key);
  if (!authority) return authority.error();
  spec.common_name = host_name();
  spec.dns_names = {"localhost", spec.common_name};
  spec.ip_addresses = {"127.0.0.1"};
  spec.server_auth = true;
  auto certificate = pki::issue(spec, key->public_key(), *authority);
  if (!certificate) return certificate.error();
  return http::TlsContext::server_from_pem(certificate->pem(), key->to_pem(), "",
                                           http::TlsContext::ClientAuth::none);
}

}  // namespace

void ServingFlags::add_to(base::Flags& flags) {
  flags.section("Serving")
      .add("bind-address", &bind_address, "the address to listen on")
      .add("secure-port", &secure_port, "the port for HTTPS")
      .add("tls-cert-file", &tls_cert_file,
           "the serving certificate (PEM, with its chain); without one a self-signed one is made")
      .add("tls-private-key-file", &tls_private_key_file, "the key of --tls-cert-file")
      .add("client-ca-file", &client_ca_file, "the authority whose client certificates are accepted");
}

base::Result<http::ServerOptions> ServingFlags::options(const std::string& name) const {
  if (secure_port < 0 || secure_port > 65535)
    return Error(Errc::invalid_argument, "--secure-port must be between 0 and 65535");
  if (tls_cert_file.empty() != tls_private_key_file.empty())
    return Error(Errc::invalid_argument, "--tls-cert-file and --tls-private-key-file go together");
  http::ServerOptions options;
  options.address = bind_address;
  options.port = static_cast<std::uint16_t>(secure_port);
  options.name = name;
  using Auth = http::TlsContext::ClientAuth;
  auto tls = tls_cert_file.empty()
                 ? self_signed()
                 : http::TlsContext::server({tls_cert_file, tls_private_key_file, client_ca_file},
                                            client_ca_file.empty() ? Auth::none : Auth::request);
  if (!tls) return tls.error();
  options.tls = std::move(*tls);
  return options;
}

}  // namespace frame
