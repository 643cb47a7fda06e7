#include "http/stream.hpp"
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <new>
#include "base/encoding.hpp"
#include "http/certificate.hpp"

namespace http::detail {
namespace {

constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);
/// What fits into one TLS record. Source: RFC 8446, section 5.1.
constexpr std::size_t record_bytes = 16 * 1024;
/// A busy stream lets others have the thread after so much.
constexpr std::size_t turn_bytes = 256 * 1024;

}  // namespace

base::Error to_error(const error_code& error, std::string_view what) {
  using base::Errc;
  std::string message = std::string(what) + ": " + error.message();
  if (error == asio::error::operation_aborted) return {Errc::cancelled, std::move(message)};
  if (error == asio::error::eof || error == asio::ssl::error::stream_truncated)
    return {Errc::unavailable, std::string(what) + ": closed by the peer"};
  return {Errc::unavailable, std::move(message)};
}

void Stream::FreeSsl::operator()(ssl_st* ssl) const {
  SSL_free(ssl);
}

Stream::Stream(tcp::socket socket, std::shared_ptr<TlsContext> tls) : socket_(std::move(socket)) {
  error_code ignored;
  if (socket_.is_open()) socket_.native_non_blocking(true, ignored);
  if (!tls) return;
  native_ = tls->native();
  ssl_.reset(SSL_new(static_cast<SSL_CTX*>(native_.get())));
  if (!ssl_) throw std::bad_alloc();
  SSL_set_fd(ssl_.get(), socket_.native_handle());
}

base::Awaitable<error_code> Stream::handshake_server() {
  if (!ssl_) co_return error_code();
  SSL_set_accept_state(ssl_.get());
  co_return co_await handshake();
}

base::Awaitable<error_code> Stream::handshake_client(const std::string& host) {
  if (!ssl_) co_return error_code();
  SSL* ssl = ssl_.get();
  error_code not_an_address;
  const auto address = asio::ip::make_address(host, not_an_address);
  if (!not_an_address) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), address.to_string().c_str());
  } else {
    SSL_set_tlsext_host_name(ssl, host.c_str());
    SSL_set1_host(ssl, host.c_str());
  }
  SSL_set_connect_state(ssl);
  co_return co_await handshake();
}

base::Awaitable<error_code> Stream::handshake() {
  for (;;) {
    const Attempt attempt = try_handshake();
    if (!attempt.blocked) co_return attempt.error;
    if (const auto error = co_await wait(attempt.wait)) co_return error;
  }
}

void Stream::close() noexcept {
  error_code ignored;
  if (!socket_.is_open()) return;
  socket_.shutdown(tcp::socket::shutdown_both, ignored);
  socket_.close(ignored);
}

PeerCertificate Stream::peer_certificate() const {
  if (!ssl_) return {};
  SSL* ssl = ssl_.get();
  X509* certificate = SSL_get0_peer_certificate(ssl);
  if (!certificate) return {};
  PeerCertificate refused;
  if (const auto result = SSL_get_verify_result(ssl); result != X509_V_OK) {
    refused.verify_error = X509_verify_cert_error_string(result);
    return refused;
  }
  return describe_certificate(certificate);
}

Stream::Attempt Stream::outcome(int returned, std::size_t bytes) {
  Attempt attempt;
  if (returned > 0) {
    attempt.bytes = bytes;
    return attempt;
  }
  const int system_error = errno;
  const int code = SSL_get_error(ssl_.get(), returned);
  switch (code) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      attempt.blocked = true;
      attempt.wait = code == SSL_ERROR_WANT_READ ? tcp::socket::wait_read : tcp::socket::wait_write;
      break;
    case SSL_ERROR_ZERO_RETURN:
      attempt.error = asio::error::eof;
      break;
    case SSL_ERROR_SYSCALL:
      attempt.error = system_error != 0 ? error_code(system_error, boost::system::system_category())
                                        : error_code(asio::ssl::error::stream_truncated);
      break;
    default: {
      const auto reason = static_cast<int>(ERR_get_error());
      attempt.error = reason != 0 ? error_code(reason, asio::error::get_ssl_category())
                                  : error_code(asio::error::connection_reset);
    }
  }
  ERR_clear_error();
  return attempt;
}

Stream::Attempt Stream::try_handshake() {
  if (!socket_.is_open()) return {asio::error::operation_aborted};
  errno = 0;
  return outcome(SSL_do_handshake(ssl_.get()), 0);
}

Stream::Attempt Stream::try_read(asio::mutable_buffer buffer) {
  if (!socket_.is_open()) return {asio::error::operation_aborted};
  if (buffer.size() == 0) return {};
  if (ssl_) {
    std::size_t bytes = 0;
    errno = 0;
    const int returned = SSL_read_ex(ssl_.get(), buffer.data(), buffer.size(), &bytes);
    return outcome(returned, bytes);
  }
  const ssize_t n = ::recv(socket_.native_handle(), buffer.data(), buffer.size(), 0);
  if (n > 0) return {error_code(), static_cast<std::size_t>(n)};
  if (n == 0) return {asio::error::eof};
  if (errno == EAGAIN || errno == EINTR) return {error_code(), 0, true, tcp::socket::wait_read};
  return {error_code(errno, boost::system::system_category())};
}

Stream::Attempt Stream::try_write(asio::const_buffer buffer) {
  if (!socket_.is_open()) return {asio::error::operation_aborted};
  if (buffer.size() == 0) return {};
  if (ssl_) {
    std::size_t bytes = 0;
    errno = 0;
    const int returned = SSL_write_ex(ssl_.get(), buffer.data(), buffer.size(), &bytes);
    return outcome(returned, bytes);
  }
  const ssize_t n = ::send(socket_.native_handle(), buffer.data(), buffer.size(), MSG_NOSIGNAL);
  if (n >= 0) return {error_code(), static_cast<std::size_t>(n)};
  if (errno == EAGAIN || errno == EINTR) return {error_code(), 0, true, tcp::socket::wait_write};
  return {error_code(errno, boost::system::system_category())};
}

base::Awaitable<error_code> Stream::wait(tcp::socket::wait_type what) {
  moved_ = 0;
  auto [error] = co_await socket_.async_wait(what, no_throw);
  co_return error;
}

base::Awaitable<error_code> Stream::readable() {
  if (expects_ || (ssl_ && SSL_has_pending(ssl_.get()))) co_return error_code();
  const auto error = co_await wait(tcp::socket::wait_read);
  expects_ = !error;
  co_return error;
}

base::Awaitable<std::pair<error_code, std::size_t>> Stream::read_some(asio::mutable_buffer buffer) {
  const auto state = co_await asio::this_coro::cancellation_state;
  if (state.cancelled() != asio::cancellation_type::none)
    co_return std::pair<error_code, std::size_t>(asio::error::operation_aborted, 0);
  // Who waits for an answer or the next request finds nothing yet: no need to try.
  bool nothing_yet = !expects_ && !(ssl_ && SSL_has_pending(ssl_.get()));
  for (;;) {
    if (moved_ >= turn_bytes) {
      moved_ = 0;
      co_await asio::post(socket_.get_executor(), asio::use_awaitable);
    }
    Attempt attempt;
    attempt.blocked = std::exchange(nothing_yet, false);
    if (!attempt.blocked) attempt = try_read(buffer);
    if (!attempt.blocked) {
      moved_ += attempt.bytes;
      expects_ = attempt.bytes >= record_bytes / 2;
      co_return std::pair(attempt.error, attempt.bytes);
    }
    expects_ = false;
    if (const auto error = co_await wait(attempt.wait))
      co_return std::pair<error_code, std::size_t>(error, 0);
  }
}

base::Awaitable<error_code> Stream::write(std::string_view bytes) {
  const auto state = co_await asio::this_coro::cancellation_state;
  if (state.cancelled() != asio::cancellation_type::none) co_return asio::error::operation_aborted;
  while (!bytes.empty()) {
    if (moved_ >= turn_bytes) {
      moved_ = 0;
      co_await asio::post(socket_.get_executor(), asio::use_awaitable);
    }
    const Attempt attempt = try_write(asio::buffer(bytes.data(), bytes.size()));
    if (attempt.error) co_return attempt.error;
    bytes.remove_prefix(attempt.bytes);
    moved_ += attempt.bytes;
    if (!attempt.blocked) continue;
    if (const auto error = co_await wait(attempt.wait)) co_return error;
  }
  co_return error_code();
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
