#include <openssl/pem.h>
#include <openssl/x509.h>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include "http/testing.hpp"

namespace http {
namespace {

using testing::Certificates;
namespace fs = std::filesystem;

/// A list of one certificate, long out of date, signed by the authority.
std::string revoke(const Certificates& own, const std::string& pem) {
  X509_CRL* list = X509_CRL_new();
  X509* const ca = static_cast<X509*>(own.authority().certificate.native());
  X509_CRL_set_version(list, X509_CRL_VERSION_2);
  X509_CRL_set_issuer_name(list, X509_get_subject_name(ca));
  ASN1_TIME* const then = ASN1_TIME_set(nullptr, 1'000'000'000);
  X509_CRL_set1_lastUpdate(list, then);
  X509_CRL_set1_nextUpdate(list, then);
  const auto certificate = pki::Certificate::from_pem(pem).value();
  X509_REVOKED* const revoked = X509_REVOKED_new();
  X509_REVOKED_set_serialNumber(revoked, X509_get_serialNumber(static_cast<X509*>(certificate.native())));
  X509_REVOKED_set_revocationDate(revoked, then);
  X509_CRL_add0_revoked(list, revoked);
  X509_CRL_sort(list);
  X509_CRL_sign(list, static_cast<EVP_PKEY*>(own.authority().key.native()), EVP_sha256());
  BIO* const out = BIO_new(BIO_s_mem());
  PEM_write_bio_X509_CRL(out, list);
  char* text = nullptr;
  const long size = BIO_get_mem_data(out, &text);
  std::string result(text, static_cast<std::size_t>(size));
  BIO_free(out);
  ASN1_TIME_free(then);
  X509_CRL_free(list);
  return result;
}

/// Files that go with the object.
struct Files {
  Files() { fs::create_directories(folder); }
  ~Files() { fs::remove_all(folder); }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(folder / name) << text;
    return (folder / name).string();
  }
  fs::path folder = fs::temp_directory_path() / ("http-revocation-" + std::to_string(::getpid()));
};

base::Awaitable<bool> is_served(base::Executor ex, std::uint16_t port, std::shared_ptr<TlsContext> tls) {
  ClientOptions options;
  options.endpoints = {"https://127.0.0.1:" + std::to_string(port)};
  options.tls = std::move(tls);
  auto client = Client::create(ex, std::move(options));
  const auto response = co_await client->send(Request());
  client->close();
  co_return response.has_value();
}

TEST_CASE("a revoked certificate is not served; an old list still counts") {
  testing::run([](base::Executor ex) -> base::Awaitable<void> {
    const Certificates own;
    const Files files;
    const auto server_pair = own.issue("server"), good = own.issue("good"), bad = own.issue("bad");
    TlsFiles tls;
    tls.certificate = files.write("server.crt", server_pair.certificate);
    tls.key = files.write("server.key", server_pair.key);
    tls.ca = files.write("ca.crt", own.ca());
    tls.crl = files.write("crl.pem", revoke(own, bad.certificate));
    ServerOptions options;
    options.tls = TlsContext::server(tls, TlsContext::ClientAuth::require).value();
    Handler handler = [](Exchange& exchange) -> base::Awaitable<void> {
      base::ignore_error(co_await exchange.respond(Response()));
    };
    auto server = Server::listen(ex, std::move(options), std::move(handler)).value();
    const bool good_served = co_await is_served(ex, server->port(), own.client(good));
    const bool bad_served = co_await is_served(ex, server->port(), own.client(bad));
    CHECK(good_served);
    CHECK_FALSE(bad_served);
    co_await server->stop(std::chrono::milliseconds(0));
    tls.crl = files.write("nonsense", "x");
    CHECK(TlsContext::server(tls, TlsContext::ClientAuth::require).error().is(base::Errc::invalid_argument));
  });
}

}  // namespace
}  // namespace http
