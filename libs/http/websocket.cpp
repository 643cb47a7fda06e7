#include "http/websocket.hpp"
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>
#include "http/websocket_impl.hpp"

namespace http::detail {
namespace {

namespace beast = boost::beast;
namespace websocket = beast::websocket;
constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);
/// No message of the API's protocols comes near it; a peer that sends more is cut off.
constexpr std::size_t message_bytes_max = 4 * 1024 * 1024;

class BeastWebSocket final : public WebSocket {
 public:
  explicit BeastWebSocket(std::shared_ptr<Stream> stream) : stream_(std::move(stream)), ws_(*stream_) {
    ws_.read_message_max(message_bytes_max);
    ws_.set_option(
        websocket::stream_base::timeout{std::chrono::seconds(30), websocket::stream_base::none(), false});
  }

  std::string_view subprotocol() const override { return subprotocol_; }

  base::Awaitable<base::Result<Message>> read() override {
    beast::flat_buffer buffer;
    auto [error, n] = co_await ws_.async_read(buffer, no_throw);
    if (error == websocket::error::closed)
      co_return base::Error(base::Errc::unavailable, "websocket closed by the peer");
    if (error) co_return to_error(error, "reading from the websocket");
    Message m{beast::buffers_to_string(buffer.data()), ws_.got_binary()};
    co_return m;
  }

  base::Awaitable<base::Result<void>> write(std::string_view data, bool binary) override {
    ws_.binary(binary);
    auto [error, n] = co_await ws_.async_write(asio::buffer(data.data(), data.size()), no_throw);
    if (error) co_return to_error(error, "writing to the websocket");
    co_return base::Result<void>();
  }

  base::Awaitable<void> close(int code, std::string_view reason) override {
    websocket::close_reason why(static_cast<websocket::close_code>(code),
                                beast::string_view(reason.data(), std::min<std::size_t>(reason.size(), 120)));
    co_await ws_.async_close(why, no_throw);
  }

  base::Awaitable<base::Result<void>> accept(const BeastRequest& request, std::string subprotocol) {
    subprotocol_ = std::move(subprotocol);
    if (!subprotocol_.empty())
      ws_.set_option(websocket::stream_base::decorator([p = subprotocol_](websocket::response_type& r) {
        r.set(beast::http::field::sec_websocket_protocol, p);
      }));
    beast::http::request<beast::http::empty_body> upgrade{request};
    auto [error] = co_await ws_.async_accept(upgrade, no_throw);
    if (error) co_return to_error(error, "accepting the websocket");
    co_return base::Result<void>();
  }

  base::Awaitable<base::Result<void>> connect(std::string host, Request request,
                                              std::vector<std::string> subprotocols) {
    std::string offered;
    for (const auto& s : subprotocols)
      offered += (offered.empty() ? "" : ", ") + s;
    ws_.set_option(
        websocket::stream_base::decorator([offered, headers = request.headers](websocket::request_type& r) {
          for (const auto& [name, value] : headers)
            r.insert(name, value);
          if (!offered.empty()) r.set(beast::http::field::sec_websocket_protocol, offered);
        }));
    const std::string target = request.path + (request.raw_query.empty() ? "" : "?" + request.raw_query);
    websocket::response_type response;
    auto [error] = co_await ws_.async_handshake(response, host, target, no_throw);
    if (error == websocket::error::upgrade_declined)
      co_return base::Error(
          base::Errc::unsupported,
          "websocket refused with status " + std::to_string(response.result_int()) + ": " + response.body());
    if (error) co_return to_error(error, "opening the websocket");
    const auto agreed = response[beast::http::field::sec_websocket_protocol];
    subprotocol_.assign(agreed.data(), agreed.size());
    co_return base::Result<void>();
  }

 private:
  std::shared_ptr<Stream> stream_;
  websocket::stream<Stream&> ws_;
  std::string subprotocol_;
};

}  // namespace

base::Awaitable<base::Result<std::unique_ptr<WebSocket>>> accept_websocket(std::shared_ptr<Stream> stream,
                                                                           const BeastRequest& request,
                                                                           std::string subprotocol) {
  auto ws = std::make_unique<BeastWebSocket>(std::move(stream));
  auto accepted = co_await ws->accept(request, std::move(subprotocol));
  if (!accepted) co_return accepted.error();
  co_return std::unique_ptr<WebSocket>(std::move(ws));
}

base::Awaitable<base::Result<std::unique_ptr<WebSocket>>> connect_websocket(
    std::shared_ptr<Stream> stream, std::string host, Request request,
    std::vector<std::string> subprotocols) {
  auto ws = std::make_unique<BeastWebSocket>(std::move(stream));
  auto connected = co_await ws->connect(std::move(host), std::move(request), std::move(subprotocols));
  if (!connected) co_return connected.error();
  co_return std::unique_ptr<WebSocket>(std::move(ws));
}

}  // namespace http::detail
