#pragma once
#include "http/connection.hpp"
#include "http/head.hpp"

namespace http::detail {

/// The server's side of one request over HTTP/1.1.
class ServerExchange final : public Exchange {
 public:
  ServerExchange(Connection& connection, Connection::Parser& parser);

  const Request& request() const override { return request_; }
  const PeerCertificate& peer() const override { return connection_.peer_; }
  const std::string& remote_address() const override { return connection_.remote_; }
  base::Executor executor() const override { return connection_.stream_->get_executor(); }
  base::Awaitable<base::Result<std::string>> read_body(std::size_t bytes_max) override;
  base::Awaitable<base::Result<std::string>> read_some() override;
  base::Awaitable<base::Result<void>> respond(Response response) override;
  base::Awaitable<base::Result<std::unique_ptr<BodyWriter>>> start(int status, Headers headers) override;
  bool wants_websocket() const override;
  base::Awaitable<base::Result<std::unique_ptr<WebSocket>>> upgrade_websocket(
      std::vector<std::string> subprotocols) override;

  bool answered() const noexcept { return answered_; }
  /// The answer went out whole and the connection can carry another request.
  bool reusable() const noexcept { return answered_ && complete_ && keep_alive_; }
  /// Reads and drops what is left of the request's body, if it is little.
  base::Awaitable<bool> drain_body();

 private:
  friend class ChunkedWriter;
  base::Awaitable<base::Result<void>> write(std::vector<std::string_view> pieces);

  Connection& connection_;
  Connection::Parser& parser_;
  Request request_;
  bool keep_alive_ = true, answered_ = false, complete_ = false, continue_sent_ = false;
};

}  // namespace http::detail
