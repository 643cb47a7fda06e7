#include "http/endpoint.hpp"
#include <sys/socket.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/url/parse.hpp>

namespace http::detail {
namespace {

using std::chrono::steady_clock;
constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);
constexpr auto bad_for = std::chrono::seconds(1);

/// An idle connection on which something arrived was closed by the peer: no server speaks unasked.
bool looks_alive(ClientConnection& connection) {
  char byte;
  const auto n = ::recv(connection.stream->socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

}  // namespace

struct Deadline::State {
  State(asio::any_io_executor ex, std::shared_ptr<Stream> s) : timer(ex), stream(std::move(s)) {}
  asio::steady_timer timer;
  std::shared_ptr<Stream> stream;  ///< Null once the guarded work is over.
  bool passed = false;
};

Deadline::Deadline(asio::any_io_executor ex, std::shared_ptr<Stream> stream, std::chrono::milliseconds after)
    : state_(std::make_shared<State>(std::move(ex), std::move(stream))) {
  state_->timer.expires_after(after);
  state_->timer.async_wait([state = state_](error_code error) {
    if (error || !state->stream) return;
    state->passed = true;
    state->stream->close();
  });
}

Deadline::~Deadline() {
  state_->stream.reset();
  state_->timer.cancel();
}

bool Deadline::passed() const noexcept {
  return state_->passed;
}

base::Result<std::unique_ptr<Endpoint>> Endpoint::parse(const std::string& url) {
  const auto parsed = boost::urls::parse_uri(url);
  if (!parsed || parsed->host().empty() || (parsed->scheme() != "https" && parsed->scheme() != "http"))
    return base::Error(base::Errc::invalid_argument,
                       "\"" + url + "\" is not an address such as https://127.0.0.1:6443");
  auto endpoint = std::make_unique<Endpoint>();
  endpoint->url_ = url;
  endpoint->secure_ = parsed->scheme() == "https";
  endpoint->host_ = parsed->host_address();
  endpoint->port_ = parsed->has_port() ? std::string(parsed->port()) : (endpoint->secure_ ? "443" : "80");
  endpoint->tls_name_ = parsed->has_fragment() ? std::string(parsed->fragment()) : endpoint->host_;
  endpoint->authority_ = std::string(parsed->encoded_host()) + ":" + endpoint->port_;
  return endpoint;
}

ClientConnectionPtr Endpoint::take_idle(std::chrono::milliseconds idle_timeout) {
  std::lock_guard lock(mutex_);
  while (!idle_.empty()) {
    auto connection = std::move(idle_.back());
    idle_.pop_back();
    if (steady_clock::now() - connection->idle_since > idle_timeout || !looks_alive(*connection)) continue;
    connection->reused = true;
    return connection;
  }
  return nullptr;
}

void Endpoint::keep(ClientConnectionPtr connection, std::size_t idle_max) {
  connection->idle_since = steady_clock::now();
  if (connection->buffer.capacity() > 64 * 1024) connection->buffer = {};
  std::lock_guard lock(mutex_);
  if (idle_.size() < idle_max) idle_.push_back(std::move(connection));
}

void Endpoint::close_idle() {
  std::vector<ClientConnectionPtr> idle;
  std::lock_guard lock(mutex_);
  idle.swap(idle_);
}

void Endpoint::mark_bad() {
  std::lock_guard lock(mutex_);
  bad_until_ = steady_clock::now() + bad_for;
}

void Endpoint::mark_good() {
  std::lock_guard lock(mutex_);
  bad_until_ = {};
}

bool Endpoint::is_bad() const {
  std::lock_guard lock(mutex_);
  return steady_clock::now() < bad_until_;
}

base::Awaitable<base::Result<tcp::socket>> Endpoint::connect_socket(std::chrono::milliseconds timeout) {
  const auto ex = co_await asio::this_coro::executor;
  const std::string what = "connecting to " + url_;
  tcp::resolver resolver(ex);
  auto [resolve_error, addresses] = co_await resolver.async_resolve(host_, port_, no_throw);
  if (resolve_error) co_return to_error(resolve_error, what);
  // A plain stream, so that the deadline can close the socket while it connects.
  auto stream = std::make_shared<Stream>(tcp::socket(ex), nullptr);
  Deadline deadline(ex, stream, timeout);
  auto [error, address] = co_await asio::async_connect(stream->socket(), addresses, no_throw);
  if (deadline.passed()) co_return base::Error(base::Errc::unavailable, what + ": no answer in time");
  if (error) co_return to_error(error, what);
  error_code ignored;
  stream->socket().set_option(tcp::no_delay(true), ignored);
  stream->socket().set_option(asio::socket_base::keep_alive(true), ignored);
  co_return std::move(stream->socket());
}

base::Awaitable<base::Result<ClientConnectionPtr>> Endpoint::connect(std::shared_ptr<TlsContext> tls,
                                                                     std::chrono::milliseconds timeout) {
  if (secure_ && !tls)
    co_return base::Error(base::Errc::invalid_argument, url_ + " needs a TLS configuration");
  auto socket = co_await connect_socket(timeout);
  if (!socket) co_return socket.error();
  const auto ex = co_await asio::this_coro::executor;
  std::shared_ptr<TlsContext> context = secure_ ? std::move(tls) : nullptr;
  auto stream = std::make_shared<Stream>(std::move(*socket), std::move(context));
  Deadline deadline(ex, stream, timeout);
  const auto error = co_await stream->handshake_client(tls_name_);
  if (deadline.passed())
    co_return base::Error(base::Errc::unavailable, "TLS handshake with " + url_ + ": no answer in time");
  if (error) co_return to_error(error, "TLS handshake with " + url_);
  co_return std::make_unique<ClientConnection>(std::move(stream));
}

}  // namespace http::detail
