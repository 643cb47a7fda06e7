#pragma once
#include <string>
#include "http/server.hpp"

namespace apiserver::request {

/// An exchange that notes how it was answered, and puts on each answer what all of them carry: Audit-Id,
/// Cache-Control. Lives as long as the request.
class ObservedExchange final : public http::Exchange {
 public:
  ObservedExchange(http::Exchange& inner, std::string audit_id)
      : inner_(inner), audit_id_(std::move(audit_id)) {}

  int status() const noexcept { return status_; }  ///< 0: not answered yet.
  std::size_t body_bytes() const noexcept { return body_bytes_; }

  const http::Request& request() const override { return inner_.request(); }
  const http::PeerCertificate& peer() const override { return inner_.peer(); }
  const std::string& remote_address() const override { return inner_.remote_address(); }
  base::Executor executor() const override { return inner_.executor(); }
  base::Awaitable<base::Result<std::string>> read_body(std::size_t bytes_max) override {
    return inner_.read_body(bytes_max);
  }
  base::Awaitable<base::Result<std::string>> read_some() override { return inner_.read_some(); }
  base::Awaitable<base::Result<void>> respond(http::Response response) override;
  base::Awaitable<base::Result<std::unique_ptr<http::BodyWriter>>> start(int status,
                                                                         http::Headers headers) override;
  bool wants_websocket() const override { return inner_.wants_websocket(); }
  base::Awaitable<base::Result<std::unique_ptr<http::WebSocket>>> upgrade_websocket(
      std::vector<std::string> subprotocols) override;

 private:
  void complete(http::Headers& headers) const;

  http::Exchange& inner_;
  const std::string audit_id_;
  int status_ = 0;
  std::size_t body_bytes_ = 0;
};

}  // namespace apiserver::request
