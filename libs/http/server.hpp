#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>
#include "base/async.hpp"
#include "base/metrics.hpp"
#include "http/message.hpp"
#include "http/tls.hpp"
#include "http/websocket.hpp"

namespace http {

/// A response whose length is not known in advance (chunked in HTTP/1.1): watch, logs.
/// Belongs to the exchange's strand. One writer at a time.
class BodyWriter {
 public:
  virtual ~BodyWriter() = default;
  /// Sends the buffers as one flight (one TLS record where they fit). Completes when the transport took them:
  /// a slow peer makes it wait. Error: unavailable when the peer is gone; cancelled.
  virtual base::Awaitable<base::Result<void>> write(std::vector<SharedBytes> buffers) = 0;
  /// Ends the body properly. Without it the peer sees a truncated stream.
  virtual base::Awaitable<base::Result<void>> finish() = 0;
};

/// One request and its answer. Lives on its connection's strand, valid until the handler returns.
/// Exactly one of `respond`, `start`, `upgrade_websocket` is called; a handler that returns without answering
/// makes the server send 500.
class Exchange {
 public:
  virtual ~Exchange() = default;
  virtual const Request& request() const = 0;  ///< Body empty: see read_body.
  virtual const PeerCertificate& peer() const = 0;
  virtual const std::string& remote_address() const = 0;  ///< "127.0.0.1:4711"
  virtual base::Executor executor() const = 0;

  /// The whole body. Errors: resource_exhausted beyond `bytes_max`; unavailable when the peer is gone.
  virtual base::Awaitable<base::Result<std::string>> read_body(std::size_t bytes_max) = 0;
  /// The next piece of the body as it arrives; empty at its end.
  virtual base::Awaitable<base::Result<std::string>> read_some() = 0;

  virtual base::Awaitable<base::Result<void>> respond(Response response) = 0;
  /// Sends the head and returns a writer for the body. While it is open, a peer that goes away cancels the
  /// handler (its next suspension fails with `cancelled`).
  virtual base::Awaitable<base::Result<std::unique_ptr<BodyWriter>>> start(int status, Headers headers) = 0;
  /// True if the request asks for a WebSocket.
  virtual bool wants_websocket() const = 0;
  /// Accepts the first of `subprotocols` (ours, in order of preference) that the client offered.
  /// Error: invalid_argument if none matches (nothing was sent: respond instead).
  virtual base::Awaitable<base::Result<std::unique_ptr<WebSocket>>> upgrade_websocket(
      std::vector<std::string> subprotocols) = 0;
};

using Handler = std::function<base::Awaitable<void>(Exchange&)>;

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;           ///< 0: any free port, see Server::port.
  std::shared_ptr<TlsContext> tls;  ///< Null: plain HTTP (tests and loopback metrics only).
  std::size_t header_bytes_max = 64 * 1024;
  std::size_t connections_max = 20'000;  ///< More are accepted and closed at once.
  std::chrono::milliseconds header_timeout{
      10'000};  ///< From first byte (or accept) to the end of the head, TLS included.
  std::chrono::milliseconds idle_timeout{180'000};  ///< Between requests on a kept-alive connection.
  std::chrono::milliseconds write_timeout{60'000};  ///< A peer that takes no byte for so long is cut off.
  std::string name = "server";                      ///< For logs and metrics.
};

/// An HTTPS server. Each connection runs on a strand of its own; requests of one connection are handled one
/// after the other (a pipelined request waits). A handler's exception is logged and answered with 500.
class Server {
 public:
  /// Binds at once. Errors: unavailable with "port N is taken" and what to do.
  static base::Result<std::unique_ptr<Server>> listen(base::Executor ex, ServerOptions options,
                                                      Handler handler);
  virtual ~Server() = default;
  virtual std::uint16_t port() const = 0;
  virtual std::size_t connections() const = 0;
  /// Stops accepting, lets requests under way end until `deadline`, then cancels them. Idempotent.
  virtual base::Awaitable<void> stop(std::chrono::milliseconds deadline) = 0;
};

}  // namespace http
