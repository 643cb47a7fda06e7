#pragma once
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include "http/body_reader.hpp"
#include "http/server.hpp"
#include "http/stream.hpp"

namespace http::detail {

/// What the server shares with its connections.
struct ServerState {
  ServerOptions options;
  Handler handler;
  bool stopping = false;  ///< Written once, on the way down; a stale read only costs one more request.
};

/// One client: handshake, then request after request. Everything runs on the connection's strand.
class Connection final : public std::enable_shared_from_this<Connection> {
 public:
  Connection(tcp::socket socket, std::shared_ptr<const ServerState> state);

  base::Awaitable<void> run();
  /// Ends an idle connection now, a busy one after its request. On the strand.
  void finish_soon();
  /// Cancels the handler and closes. On the strand.
  void abort();

 private:
  friend class ServerExchange;
  using Parser = boost::beast::http::request_parser<boost::beast::http::buffer_body>;

  base::Awaitable<void> serve_all();
  base::Awaitable<bool> serve_one();
  base::Awaitable<bool> read_request(Parser& parser);
  base::Awaitable<void> refuse(int status, std::string text);
  base::Awaitable<void> run_handler(class ServerExchange& exchange);
  base::Awaitable<error_code> fill();
  base::Awaitable<error_code> read_piece();

  /// While a response streams, nobody reads; this read notices a peer that goes away (and keeps what it
  /// sends).
  void watch_peer();
  base::Awaitable<error_code> await_watch();

  void set_deadline(std::chrono::milliseconds from_now);
  void no_deadline();
  void arm_watchdog();

  std::shared_ptr<const ServerState> state_;
  std::shared_ptr<Stream> stream_;
  std::string remote_;
  PeerCertificate peer_;
  boost::beast::flat_buffer buffer_;  ///< What was read and not yet parsed; a pipelined request waits here.
  asio::steady_timer watchdog_;       ///< One a connection; looks at deadline_ when it fires.
  std::chrono::steady_clock::time_point deadline_, armed_for_;
  asio::cancellation_signal handler_signal_;
  std::shared_ptr<base::Event> watch_done_;
  error_code watch_error_;
  bool watching_ = false, in_handler_ = false, closing_ = false;
};

}  // namespace http::detail
