#pragma once
#include <chrono>
#include <memory>
#include <string>
#include <vector>
#include "base/async.hpp"
#include "http/message.hpp"
#include "http/tls.hpp"
#include "http/websocket.hpp"

namespace http {

/// A response being received. Belongs to the strand that opened it.
class ResponseStream {
 public:
  virtual ~ResponseStream() = default;
  virtual int status() const = 0;
  virtual const Headers& headers() const = 0;
  /// The next piece of the body as it arrives; empty at its proper end.
  /// Errors: unavailable if the connection broke (also: truncated); deadline_exceeded; cancelled.
  virtual base::Awaitable<base::Result<std::string>> read_some() = 0;
};

/// A request whose body is sent in pieces while the response is read: bidirectional streams (raft messages,
/// etcd watch).
class RequestStream : public ResponseStream {
 public:
  virtual base::Awaitable<base::Result<void>> write(std::string data) = 0;
  virtual base::Awaitable<base::Result<void>> finish() = 0;  ///< Ends the request's body.
  /// Waits for the response's head; status() and headers() are valid after.
  virtual base::Awaitable<base::Result<void>> wait_head() = 0;
};

struct ClientOptions {
  std::vector<std::string> endpoints;  ///< "https://127.0.0.1:6443"; tried in order, next one on failure.
  std::shared_ptr<TlsContext> tls;     ///< Required for https endpoints.
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds request_timeout{30'000};  ///< For `send`, whole answer included.
  std::chrono::milliseconds idle_timeout{90'000};     ///< Pooled connections older than that are closed.
  std::size_t connections_max = 64;                   ///< Per endpoint; a request past that waits.
  std::size_t response_bytes_max = 512 * 1024 * 1024;
  std::string user_agent = "coxswain";
};

/// An HTTP client with a connection pool over several endpoints. Thread-safe; each call runs on its caller's
/// executor.
///
/// Failover: an endpoint that refuses or breaks before the request was written is skipped and the next is
/// tried (each at most once a call); after the first byte of a request that is not idempotent (anything but
/// GET and HEAD) the error is `unknown_outcome` and nothing is retried. A bad endpoint is tried last for a
/// second or so.
class Client {
 public:
  static std::shared_ptr<Client> create(base::Executor ex, ClientOptions options);
  virtual ~Client() = default;
  /// Sends and reads the whole answer, whatever its status.
  /// Errors: unavailable (nothing was done), unknown_outcome, deadline_exceeded, resource_exhausted,
  /// cancelled.
  virtual base::Awaitable<base::Result<Response>> send(Request request) = 0;
  virtual base::Awaitable<base::Result<Response>> send(Request request,
                                                       std::chrono::milliseconds timeout) = 0;
  /// Sends and returns once the head of the answer is there. No overall time-out.
  virtual base::Awaitable<base::Result<std::unique_ptr<ResponseStream>>> open(Request request) = 0;
  /// Opens a bidirectional stream (chunked request body).
  virtual base::Awaitable<base::Result<std::unique_ptr<RequestStream>>> open_duplex(Request request) = 0;
  /// Opens a WebSocket offering `subprotocols`. A refusal by HTTP status is an error whose message holds
  /// status and body.
  virtual base::Awaitable<base::Result<std::unique_ptr<WebSocket>>> websocket(
      Request request, std::vector<std::string> subprotocols) = 0;
  /// Puts `endpoint` (one of the options') first from now on, as after a "not leader" hint.
  virtual void prefer(const std::string& endpoint) = 0;
  /// Closes idle connections and refuses new requests.
  virtual void close() = 0;
};

}  // namespace http
