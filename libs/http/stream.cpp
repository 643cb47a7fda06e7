#include "http/stream.hpp"
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include "base/encoding.hpp"
#include "http/certificate.hpp"

namespace http::detail {
namespace {

constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);
/// What fits into one TLS record. Source: RFC 8446, section 5.1.
constexpr std::size_t record_bytes = 16 * 1024;

}  // namespace

base::Error to_error(const error_code& error, std::string_view what) {
  using base::Errc;
  std::string message = std::string(what) + ": " + error.message();
  if (error == asio::error::operation_aborted) return {Errc::cancelled, std::move(message)};
  if (error == asio::error::eof || error == asio::ssl::error::stream_truncated)
    return {Errc::unavailable, std::string(what) + ": closed by the peer"};
  return {Errc::unavailable, std::move(message)};
}

Stream::Stream(tcp::socket socket, std::shared_ptr<TlsContext> tls) {
  if (!tls) {
    plain_.emplace(std::move(socket));
    return;
  }
  native_ = tls->native();
  auto* ctx = static_cast<SSL_CTX*>(native_.get());
  // asio's context frees what it adopts, so it gets a reference of its own.
  SSL_CTX_up_ref(ctx);
  context_.emplace(ctx);
  tls_.emplace(std::move(socket), *context_);
}

base::Awaitable<error_code> Stream::handshake_server() {
  if (!tls_) co_return error_code();
  auto [error] = co_await tls_->async_handshake(asio::ssl::stream_base::server, no_throw);
  co_return error;
}

base::Awaitable<error_code> Stream::handshake_client(const std::string& host) {
  if (!tls_) co_return error_code();
  SSL* ssl = tls_->native_handle();
  error_code ignored;
  const auto address = asio::ip::make_address(host, ignored);
  if (!ignored) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), address.to_string().c_str());
  } else {
    SSL_set_tlsext_host_name(ssl, host.c_str());
    SSL_set1_host(ssl, host.c_str());
  }
  auto [error] = co_await tls_->async_handshake(asio::ssl::stream_base::client, no_throw);
  co_return error;
}

void Stream::close() noexcept {
  error_code ignored;
  auto& s = socket();
  if (!s.is_open()) return;
  s.shutdown(tcp::socket::shutdown_both, ignored);
  s.close(ignored);
}

PeerCertificate Stream::peer_certificate() const {
  if (!tls_) return {};
  auto* ssl = const_cast<asio::ssl::stream<tcp::socket>&>(*tls_).native_handle();
  X509* certificate = SSL_get0_peer_certificate(ssl);
  if (!certificate) return {};
  PeerCertificate refused;
  if (const auto result = SSL_get_verify_result(ssl); result != X509_V_OK) {
    refused.verify_error = X509_verify_cert_error_string(result);
    return refused;
  }
  return describe_certificate(certificate);
}

base::Awaitable<std::pair<error_code, std::size_t>> Stream::read_some(asio::mutable_buffer buffer) {
  auto [error, n] = co_await async_read_some(buffer, no_throw);
  co_return std::pair(error, n);
}

base::Awaitable<error_code> Stream::write(std::string_view bytes) {
  auto [error, n] = co_await asio::async_write(*this, asio::buffer(bytes.data(), bytes.size()), no_throw);
  co_return error;
}

base::Awaitable<error_code> Stream::write(const std::vector<std::string_view>& pieces) {
  std::size_t i = 0;
  while (i < pieces.size()) {
    if (pieces[i].size() >= record_bytes) {
      const std::string_view piece = pieces[i++];
      if (auto error = co_await write(piece)) co_return error;
      continue;
    }
    scratch_.clear();
    while (i < pieces.size() && scratch_.size() + pieces[i].size() <= record_bytes)
      scratch_ += pieces[i++];
    if (auto error = co_await write(std::string_view(scratch_))) co_return error;
  }
  if (scratch_.capacity() > 2 * record_bytes) scratch_ = {};
  co_return error_code();
}

void beast_close_socket(Stream& stream) {
  stream.close();
}

void teardown(boost::beast::role_type, Stream& stream, error_code& error) {
  stream.close();
  error = {};
}

}  // namespace http::detail
