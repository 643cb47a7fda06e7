#pragma once
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/role.hpp>
#include <memory>
#include <optional>
#include <string>
#include "base/async.hpp"
#include "http/message.hpp"
#include "http/tls.hpp"

/// Internal to libs/http: a byte stream, TLS or plain, chosen at run time. Only sources include this.
namespace http::detail {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;

/// base::Errc for what a socket or TLS operation failed with.
base::Error to_error(const error_code& error, std::string_view what);

class Stream {
 public:
  using executor_type = asio::any_io_executor;
  using next_layer_type = Stream;

  /// Plain when `tls` is null. The context is kept alive as long as the stream.
  Stream(tcp::socket socket, std::shared_ptr<TlsContext> tls);

  executor_type get_executor() { return socket().get_executor(); }
  tcp::socket& socket() { return tls_ ? tls_->next_layer() : *plain_; }
  bool secure() const noexcept { return tls_.has_value(); }

  base::Awaitable<error_code> handshake_server();
  /// Verifies the peer's certificate against `host` (DNS name or IP address).
  base::Awaitable<error_code> handshake_client(const std::string& host);
  /// Sends close_notify where it can be sent at once, then closes. Never waits for the peer.
  void close() noexcept;
  PeerCertificate peer_certificate() const;

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return asio::async_initiate<Token, void(error_code, std::size_t)>(
        [this](auto handler, const Buffers& b) {
          if (tls_)
            tls_->async_read_some(b, std::move(handler));
          else
            plain_->async_read_some(b, std::move(handler));
        },
        token, buffers);
  }
  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return asio::async_initiate<Token, void(error_code, std::size_t)>(
        [this](auto handler, const Buffers& b) {
          if (tls_)
            tls_->async_write_some(b, std::move(handler));
          else
            plain_->async_write_some(b, std::move(handler));
        },
        token, buffers);
  }

  /// Reads what there is, at least one byte.
  base::Awaitable<std::pair<error_code, std::size_t>> read_some(asio::mutable_buffer buffer);
  /// Writes all of it.
  base::Awaitable<error_code> write(std::string_view bytes);
  /// Writes all, small neighbours copied together so that they share a TLS record.
  base::Awaitable<error_code> write(const std::vector<std::string_view>& pieces);

 private:
  std::shared_ptr<void> native_;  ///< The SSL_CTX the stream was made from.
  std::optional<asio::ssl::context> context_;
  std::optional<asio::ssl::stream<tcp::socket>> tls_;
  std::optional<tcp::socket> plain_;
  std::string scratch_;
};

// What Beast's WebSocket asks of a stream when it ends.
void beast_close_socket(Stream& stream);
void teardown(boost::beast::role_type, Stream& stream, error_code& error);
template <class Handler>
void async_teardown(boost::beast::role_type, Stream& stream, Handler&& handler) {
  stream.close();
  asio::post(stream.get_executor(), [h = std::forward<Handler>(handler)]() mutable { h(error_code()); });
}

}  // namespace http::detail
