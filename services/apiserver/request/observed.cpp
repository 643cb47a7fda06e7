#include "apiserver/request/observed.hpp"

namespace apiserver::request {

void ObservedExchange::complete(http::Headers& headers) const {
  headers.set("Audit-Id", audit_id_);
  if (!headers.has("Cache-Control")) headers.set("Cache-Control", "no-cache, private");
}

base::Awaitable<base::Result<void>> ObservedExchange::respond(http::Response response) {
  status_ = response.status;
  body_bytes_ = response.body.size();
  for (const auto& b : response.shared_body)
    body_bytes_ += b->size();
  complete(response.headers);
  return inner_.respond(std::move(response));
}

base::Awaitable<base::Result<std::unique_ptr<http::BodyWriter>>> ObservedExchange::start(
    int status, http::Headers headers) {
  status_ = status;
  complete(headers);
  return inner_.start(status, std::move(headers));
}

base::Awaitable<base::Result<std::unique_ptr<http::WebSocket>>> ObservedExchange::upgrade_websocket(
    std::vector<std::string> subprotocols) {
  auto socket = co_await inner_.upgrade_websocket(std::move(subprotocols));
  if (socket) status_ = 101;
  co_return socket;
}

}  // namespace apiserver::request
