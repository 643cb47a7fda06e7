#pragma once
#include <boost/asio/buffer.hpp>
#include <boost/asio/compose.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/role.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>
#include "base/async.hpp"
#include "http/message.hpp"
#include "http/tls.hpp"

/// Internal to libs/http: a byte stream, TLS or plain, chosen at run time. Only sources include this.
struct ssl_st;  // OpenSSL's SSL.

namespace http::detail {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;

/// base::Errc for what a socket or TLS operation failed with.
base::Error to_error(const error_code& error, std::string_view what);

/// OpenSSL works on the socket itself: a read or write that can be done at once is done without a trip
/// through the event loop, and only what would block waits there (with asio's ssl::stream every one of them
/// was posted, and its bytes copied twice more).
class Stream {
 public:
  using executor_type = asio::any_io_executor;
  using next_layer_type = Stream;

  /// Plain when `tls` is null. The context is kept alive as long as the stream.
  Stream(tcp::socket socket, std::shared_ptr<TlsContext> tls);

  executor_type get_executor() { return socket_.get_executor(); }
  tcp::socket& socket() { return socket_; }
  bool secure() const noexcept { return ssl_ != nullptr; }

  base::Awaitable<error_code> handshake_server();
  /// Verifies the peer's certificate against `host` (DNS name or IP address).
  base::Awaitable<error_code> handshake_client(const std::string& host);
  /// Closes without a word and without waiting for the peer.
  void close() noexcept;
  PeerCertificate peer_certificate() const;

  /// For Beast's WebSocket.
  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    const asio::mutable_buffer first = first_of<asio::mutable_buffer>(buffers);
    return asio::async_compose<Token, void(error_code, std::size_t)>(
        Transfer([this, first] { return try_read(first); }, *this), token, socket_);
  }
  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    const asio::const_buffer first = first_of<asio::const_buffer>(buffers);
    return asio::async_compose<Token, void(error_code, std::size_t)>(
        Transfer([this, first] { return try_write(first); }, *this), token, socket_);
  }

  /// Waits until there is something to read, the end included: whoever waits long needs no buffer meanwhile.
  base::Awaitable<error_code> readable();
  /// Reads what there is, at least one byte. Errors: eof at the end; operation_aborted if cancelled.
  base::Awaitable<std::pair<error_code, std::size_t>> read_some(asio::mutable_buffer buffer);
  /// Writes all of it.
  base::Awaitable<error_code> write(std::string_view bytes);
  /// Writes all, small neighbours copied together so that they share a TLS record.
  base::Awaitable<error_code> write(const std::vector<std::string_view>& pieces);

 private:
  /// What came of trying without waiting: `blocked` and what for, or done or failed.
  struct Attempt {
    error_code error;
    std::size_t bytes = 0;
    bool blocked = false;
    tcp::socket::wait_type wait = tcp::socket::wait_read;
  };
  Attempt try_read(asio::mutable_buffer buffer);
  Attempt try_write(asio::const_buffer buffer);
  Attempt try_handshake();
  Attempt outcome(int returned, std::size_t bytes);
  base::Awaitable<error_code> handshake();
  base::Awaitable<error_code> wait(tcp::socket::wait_type what);

  /// The first buffer that is not empty: WebSocket calls again for the rest.
  template <class Buffer, class Buffers>
  static Buffer first_of(const Buffers& buffers) {
    for (auto i = asio::buffer_sequence_begin(buffers); i != asio::buffer_sequence_end(buffers); ++i)
      if (const Buffer buffer = *i; buffer.size() > 0) return buffer;
    return Buffer();
  }

  /// One read or write for a completion handler, which is never called from within the call that started it.
  template <class Try>
  class Transfer {
   public:
    Transfer(Try attempt, Stream& stream) : attempt_(std::move(attempt)), stream_(stream) {}
    template <class Self>
    void operator()(Self& self, error_code error = {}) {
      if (!finished_) {
        if (!error) result_ = attempt_();
        if (!error && result_.blocked) {
          started_ = true;
          stream_.socket_.async_wait(result_.wait, std::move(self));
          return;
        }
        if (error) result_.error = error;
        finished_ = true;
        if (!std::exchange(started_, true)) return asio::post(stream_.get_executor(), std::move(self));
      }
      self.complete(result_.error, result_.bytes);
    }

   private:
    Try attempt_;
    Stream& stream_;
    Attempt result_;
    bool started_ = false, finished_ = false;
  };

  struct FreeSsl {
    void operator()(ssl_st* ssl) const;
  };

  tcp::socket socket_;
  std::shared_ptr<void> native_;  ///< The SSL_CTX the stream was made from.
  std::unique_ptr<ssl_st, FreeSsl> ssl_;
  std::string scratch_;
  std::size_t moved_ = 0;  ///< Bytes since this stream last gave way to others.
  bool expects_ = false;   ///< The last read suggests that there is more to read at once.
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
