#include "apiserver/proxy/join.hpp"
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>
#include <string>
#include <vector>
#include "base/log.hpp"

namespace apiserver::proxy {
namespace {

using api::StatusError;
using api::StatusOr;

/// The subprotocols that the client offers, in its order.
std::vector<std::string> offered_protocols(const http::Headers& headers) {
  std::vector<std::string> out;
  for (auto list : headers.all("Sec-WebSocket-Protocol"))
    while (!list.empty()) {
      const auto comma = list.find(',');
      auto name = list.substr(0, comma);
      list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
      while (name.starts_with(' '))
        name.remove_prefix(1);
      while (name.ends_with(' '))
        name.remove_suffix(1);
      // Browsers put their token here; it is no protocol and is the server's alone.
      if (!name.empty() && !name.starts_with("base64url.bearer.authorization.k8s.io."))
        out.emplace_back(name);
    }
  return out;
}

/// Copies messages until either side ends.
base::Awaitable<void> pump(http::WebSocket& from, http::WebSocket& to) {
  for (;;) {
    const auto message = co_await from.read();
    if (message.has_error()) co_return;
    const auto written = co_await to.write(message->data, message->binary);
    if (written.has_error()) co_return;
  }
}

/// Carries one direction to its end, and says that it ended.
base::Awaitable<void> carry(http::WebSocket& from, http::WebSocket& to, base::Latch ended) {
  co_await pump(from, to);
  co_await to.close();
  ended.open();
}

}  // namespace

base::Awaitable<void> carry_body(http::ResponseStream& from, http::Exchange& exchange,
                                 http::Headers headers) {
  auto started = co_await exchange.start(from.status(), std::move(headers));
  if (started.has_error()) co_return;
  for (;;) {
    auto piece = co_await from.read_some();
    if (piece.has_error()) co_return;
    if (piece->empty()) break;
    std::vector<http::SharedBytes> buffers{http::make_bytes(std::move(*piece))};
    const auto written = co_await (*started)->write(std::move(buffers));
    if (written.has_error()) co_return;
  }
  base::ignore_error(co_await (*started)->finish());
}

StatusError unreachable(const std::string& url, const base::Error& error) {
  return StatusError::internal("Get \"" + url + "\": " + error.message);
}

base::Awaitable<StatusOr<void>> join_sockets(http::Exchange& exchange, http::Client& client,
                                             http::Request request, const std::string& endpoint) {
  auto protocols = offered_protocols(exchange.request().headers);
  auto other = co_await client.websocket(std::move(request), std::move(protocols));
  if (other.has_error()) {
    // A client that falls back to SPDY hides this answer from its user.
    base::log::warning("a stream was refused", {{"endpoint", endpoint}, {"error", other.error()}});
    co_return unreachable(endpoint, other.error());
  }
  std::vector<std::string> agreed;
  if (!(*other)->subprotocol().empty()) agreed.emplace_back((*other)->subprotocol());
  auto accepted = co_await exchange.upgrade_websocket(std::move(agreed));
  if (accepted.has_error()) {
    co_await (*other)->close();
    co_return StatusError::bad_request(accepted.error().message);
  }
  auto& near = **accepted;
  auto& far = **other;
  base::Latch ended;
  base::TaskGroup group(exchange.executor(), "joined-sockets");
  group.spawn("to-client", [&near, &far, ended]() mutable { return carry(far, near, std::move(ended)); });
  group.spawn("from-client", [&near, &far, ended]() mutable { return carry(near, far, std::move(ended)); });
  (void)co_await ended.wait();
  // Whoever cancelled this must wait for the tasks all the same: they use what is here.
  co_await boost::asio::this_coro::reset_cancellation_state(boost::asio::disable_cancellation());
  group.cancel();
  co_await group.join();
  co_return StatusOr<void>();
}

}  // namespace apiserver::proxy
