#pragma once
#include <boost/beast/core/flat_buffer.hpp>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <vector>
#include "http/stream.hpp"

/// Internal to libs/http: where a client connects to, and the connections it keeps open there.
namespace http::detail {

/// A client's connection. Used by one call at a time, which may run on another strand than the one before.
struct ClientConnection {
  explicit ClientConnection(std::shared_ptr<Stream> s) : stream(std::move(s)) {}
  std::shared_ptr<Stream> stream;
  boost::beast::flat_buffer buffer;
  std::chrono::steady_clock::time_point idle_since{};
  bool reused = false;
};
using ClientConnectionPtr = std::unique_ptr<ClientConnection>;

/// Closes the stream when the time is up. Belongs to the strand of the coroutine that made it.
class Deadline {
 public:
  Deadline(asio::any_io_executor ex, std::shared_ptr<Stream> stream, std::chrono::milliseconds after);
  ~Deadline();
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;
  bool passed() const noexcept;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// One endpoint of a client's list. Thread-safe.
class Endpoint {
 public:
  /// From "https://host:port"; the port may be left out. "https://10.0.0.1:443#name": the peer is asked for
  /// `name`, and its certificate must be of that. Errors: invalid_argument naming the text.
  static base::Result<std::unique_ptr<Endpoint>> parse(const std::string& url);

  const std::string& url() const noexcept { return url_; }
  const std::string& authority() const noexcept { return authority_; }
  bool secure() const noexcept { return secure_; }

  /// A connection that was kept and still looks alive; null if there is none.
  ClientConnectionPtr take_idle(std::chrono::milliseconds idle_timeout);
  void keep(ClientConnectionPtr connection, std::size_t idle_max);
  void close_idle();

  /// Connects and does the TLS handshake, on the caller's executor.
  /// Errors: unavailable; deadline_exceeded; cancelled.
  base::Awaitable<base::Result<ClientConnectionPtr>> connect(std::shared_ptr<TlsContext> tls,
                                                             std::chrono::milliseconds timeout);

  /// Tried last until a second has gone by.
  void mark_bad();
  void mark_good();
  bool is_bad() const;

 private:
  base::Awaitable<base::Result<tcp::socket>> connect_socket(std::chrono::milliseconds timeout);

  std::string url_, host_, port_, authority_, tls_name_;
  bool secure_ = true;
  mutable std::mutex mutex_;
  std::vector<ClientConnectionPtr> idle_;
  std::chrono::steady_clock::time_point bad_until_{};
};

}  // namespace http::detail
