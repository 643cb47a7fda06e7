#include "http/connection.hpp"
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include "base/log.hpp"
#include "http/exchange.hpp"

namespace http::detail {
namespace {

namespace bh = boost::beast::http;
using Steady = std::chrono::steady_clock;

constexpr std::size_t read_bytes = 16 * 1024;
/// With nothing to wait for, the watchdog still looks this often.
constexpr std::chrono::minutes watchdog_idle{5};

/// The status for a head that cannot be served; 0 to close without a word.
int status_for(const error_code& error) {
  if (error == bh::error::header_limit) return 431;
  if (error == bh::error::bad_version) return 505;
  if (error.category() == bh::make_error_code(bh::error::bad_method).category() &&
      error != bh::error::end_of_stream && error != bh::error::partial_message)
    return 400;
  return 0;
}

}  // namespace

Connection::Connection(tcp::socket socket, std::shared_ptr<const ServerState> state)
    : state_(std::move(state)),
      watchdog_(socket.get_executor()),
      deadline_(Steady::time_point::max()),
      armed_for_(deadline_) {
  error_code error;
  const auto remote = socket.remote_endpoint(error);
  if (!error) remote_ = remote.address().to_string() + ":" + std::to_string(remote.port());
  socket.set_option(tcp::no_delay(true), error);
  stream_ = std::make_shared<Stream>(std::move(socket), state_->options.tls);
}

base::Awaitable<void> Connection::run() {
  auto self = shared_from_this();
  auto requests = serve_all();
  // A coroutine of its own, so that a handler can be cancelled: see run_handler.
  co_await asio::co_spawn(stream_->get_executor(), std::move(requests),
                          asio::bind_cancellation_slot(handler_signal_.slot(), asio::use_awaitable));
  closing_ = true;
  watchdog_.cancel();
  stream_->close();
}

base::Awaitable<void> Connection::serve_all() {
  set_deadline(state_->options.header_timeout);
  const auto failed = co_await stream_->handshake_server();
  if (failed) {
    base::log::debug("TLS handshake failed",
                     {{"server", state_->options.name}, {"peer", remote_}, {"error", failed.message()}});
    co_return;
  }
  peer_ = stream_->peer_certificate();
  bool more = !closing_;
  while (more) {
    more = co_await serve_one();
    more = more && !closing_;
  }
}

base::Awaitable<error_code> Connection::fill() {
  if (watching_) co_return co_await await_watch();
  co_return co_await read_piece();
}

base::Awaitable<error_code> Connection::read_piece() {
  if (const auto failed = co_await stream_->readable()) co_return failed;
  auto room = buffer_.prepare(read_bytes);
  auto [error, n] = co_await stream_->read_some(room);
  if (!error) buffer_.commit(n);
  co_return error;
}

base::Awaitable<bool> Connection::read_request(Parser& parser) {
  parser.header_limit(static_cast<std::uint32_t>(state_->options.header_bytes_max));
  parser.body_limit(boost::none);
  if (buffer_.size() == 0) {
    // An idle connection keeps no buffer, unless the read that watched the peer is still about to fill it.
    if (!watching_) buffer_.shrink_to_fit();
    set_deadline(state_->options.idle_timeout);
    const auto failed = co_await fill();
    if (failed) co_return false;
  }
  set_deadline(state_->options.header_timeout);
  Fill more = [this] { return fill(); };
  const auto error = co_await read_head<true>(parser, buffer_, more);
  no_deadline();
  if (!error) co_return true;
  if (const int status = status_for(error)) co_await refuse(status, error.message());
  co_return false;
}

base::Awaitable<void> Connection::refuse(int status, std::string text) {
  Headers headers;
  headers.add("Content-Type", "text/plain; charset=utf-8");
  const std::string head = response_head(status, headers, Framing::length, text.size(), false);
  std::vector<std::string_view> pieces{head, text};
  set_deadline(state_->options.write_timeout);
  co_await stream_->write(pieces);
}

base::Awaitable<bool> Connection::serve_one() {
  Parser parser;
  const bool arrived = co_await read_request(parser);
  if (!arrived) co_return false;
  ServerExchange exchange(*this, parser);
  in_handler_ = true;
  co_await run_handler(exchange);
  in_handler_ = false;
  if (!exchange.answered()) {
    Response response;
    response.status = 500;
    response.body = "Internal Server Error";
    co_await exchange.respond(std::move(response));
  }
  if (!exchange.reusable() || closing_) co_return false;
  co_return co_await exchange.drain_body();
}

base::Awaitable<void> Connection::run_handler(ServerExchange& exchange) {
  // Awaited, not spawned: that would cost every request two trips through the event loop.
  try {
    co_await state_->handler(exchange);
  } catch (const boost::system::system_error& e) {
    if (e.code() != asio::error::operation_aborted)
      base::log::error("request handler failed", {{"server", state_->options.name}, {"error", e.what()}});
  } catch (const std::exception& e) {
    base::log::error("request handler failed", {{"server", state_->options.name}, {"error", e.what()}});
  }
  // The handler was cancelled at most, not the connection.
  co_await asio::this_coro::reset_cancellation_state();
}

void Connection::watch_peer() {
  if (watching_) return;
  watching_ = true;
  watch_done_ = std::make_shared<base::Event>(stream_->get_executor());
  auto read = [self = shared_from_this()]() -> base::Awaitable<void> {
    self->watch_error_ = co_await self->read_piece();
    self->watch_done_->set();
    if (self->watch_error_ && self->in_handler_)
      self->handler_signal_.emit(asio::cancellation_type::terminal);
  };
  asio::co_spawn(stream_->get_executor(), std::move(read), [](std::exception_ptr) {});
}

base::Awaitable<error_code> Connection::await_watch() {
  auto done = watch_done_;
  co_await done->wait();
  watching_ = false;
  co_return watch_error_;
}

void Connection::finish_soon() {
  closing_ = true;
  if (!in_handler_) stream_->close();
}

void Connection::abort() {
  closing_ = true;
  if (in_handler_) handler_signal_.emit(asio::cancellation_type::terminal);
  stream_->close();
}

void Connection::set_deadline(std::chrono::milliseconds from_now) {
  deadline_ = Steady::now() + from_now;
  if (deadline_ < armed_for_) arm_watchdog();
}

void Connection::no_deadline() {
  deadline_ = Steady::time_point::max();
}

void Connection::arm_watchdog() {
  armed_for_ = std::min(deadline_, Steady::now() + watchdog_idle);
  watchdog_.expires_at(armed_for_);
  watchdog_.async_wait([weak = weak_from_this()](error_code error) {
    auto self = weak.lock();
    if (!self || error || self->closing_) return;
    if (Steady::now() >= self->deadline_) return self->abort();
    self->arm_watchdog();
  });
}

}  // namespace http::detail
