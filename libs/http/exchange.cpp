#include "http/exchange.hpp"
#include <boost/beast/websocket/rfc6455.hpp>
#include "base/assert.hpp"
#include "http/websocket_impl.hpp"

namespace http::detail {
namespace {

namespace bh = boost::beast::http;

/// What is left of a body is read to keep the connection only when it is no more than this.
constexpr std::size_t drain_bytes_max = 256 * 1024;

Request make_request(const bh::request<bh::buffer_body>& head) {
  Request r;
  r.method.assign(head.method_string().data(), head.method_string().size());
  const std::string_view target(head.target().data(), head.target().size());
  const auto question = target.find('?');
  r.path = target.substr(0, question);
  if (question != std::string_view::npos) r.raw_query = target.substr(question + 1);
  for (const auto& field : head)
    r.headers.add(std::string(field.name_string()), std::string(field.value()));
  return r;
}

bool token_in_list(std::string_view list, std::string_view token) {
  while (!list.empty()) {
    auto part = list.substr(0, list.find(','));
    list.remove_prefix(std::min(list.size(), part.size() + 1));
    while (part.starts_with(' '))
      part.remove_prefix(1);
    while (part.ends_with(' '))
      part.remove_suffix(1);
    if (part == token) return true;
  }
  return false;
}

}  // namespace

/// A chunked body. HTTP/1.0 peers get the bytes as they are, ended by closing.
class ChunkedWriter final : public BodyWriter {
 public:
  ChunkedWriter(ServerExchange& exchange, bool chunked, bool head_only)
      : exchange_(exchange), chunked_(chunked), head_only_(head_only) {}

  base::Awaitable<base::Result<void>> write(std::vector<SharedBytes> buffers) override {
    std::size_t size = 0;
    for (const auto& b : buffers)
      size += b->size();
    if (size == 0 || head_only_) co_return base::Result<void>();
    const std::string head = chunk_head(size);
    std::vector<std::string_view> pieces;
    if (chunked_) pieces.push_back(head);
    for (const auto& b : buffers)
      pieces.push_back(*b);
    if (chunked_) pieces.push_back(chunk_end);
    co_return co_await exchange_.write(std::move(pieces));
  }

  base::Awaitable<base::Result<void>> finish() override {
    if (chunked_ && !head_only_) {
      std::vector<std::string_view> pieces{last_chunk};
      auto written = co_await exchange_.write(std::move(pieces));
      if (!written) co_return written.error();
    }
    exchange_.complete_ = true;
    co_return base::Result<void>();
  }

 private:
  ServerExchange& exchange_;
  bool chunked_, head_only_;
};

ServerExchange::ServerExchange(Connection& connection, Connection::Parser& parser)
    : connection_(connection),
      parser_(parser),
      request_(make_request(parser.get())),
      keep_alive_(parser.get().keep_alive()) {}

base::Awaitable<base::Result<std::string>> ServerExchange::read_some() {
  if (!continue_sent_ && !parser_.is_done() &&
      token_in_list(request_.headers.get("Expect"), "100-continue")) {
    continue_sent_ = true;
    constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    if (auto error = co_await connection_.stream_->write(go_on))
      co_return to_error(error, "asking for the body");
  }
  // Once the answer streams, the peer may be silent for as long as it likes.
  if (!answered_) connection_.set_deadline(connection_.state_->options.write_timeout);
  Fill fill = [c = &connection_] { return c->fill(); };
  auto piece = co_await read_body_piece<true>(parser_, connection_.buffer_, fill);
  connection_.no_deadline();
  // The request ends while its answer still streams: from here on only the peer's going can be heard.
  if (answered_ && !complete_ && piece && piece->empty()) connection_.watch_peer();
  co_return piece;
}

base::Awaitable<base::Result<std::string>> ServerExchange::read_body(std::size_t bytes_max) {
  const base::Error too_large(base::Errc::resource_exhausted,
                              "the body is larger than " + std::to_string(bytes_max) + " bytes");
  if (const auto length = parser_.content_length(); length && *length > bytes_max) co_return too_large;
  std::string body;
  while (true) {
    auto piece = co_await read_some();
    if (!piece) co_return piece.error();
    if (piece->empty()) co_return body;
    if (body.size() + piece->size() > bytes_max) co_return too_large;
    if (body.empty())
      body = std::move(*piece);
    else
      body += *piece;
  }
}

base::Awaitable<bool> ServerExchange::drain_body() {
  std::size_t dropped = 0;
  // A peer that still waits for "100 Continue" has not sent the body: reading it would take forever.
  if (!parser_.is_done() && !continue_sent_ && request_.headers.has("Expect")) co_return false;
  while (!parser_.is_done() && dropped < drain_bytes_max) {
    auto piece = co_await read_some();
    if (!piece) co_return false;
    dropped += piece->size();
  }
  co_return parser_.is_done();
}

base::Awaitable<base::Result<void>> ServerExchange::write(std::vector<std::string_view> pieces) {
  connection_.set_deadline(connection_.state_->options.write_timeout);
  const auto error = co_await connection_.stream_->write(pieces);
  connection_.no_deadline();
  if (error) {
    keep_alive_ = false;
    co_return to_error(error, "writing the response");
  }
  co_return base::Result<void>();
}

base::Awaitable<base::Result<void>> ServerExchange::respond(Response response) {
  COX_ASSERT(!answered_, "a request is answered once");
  answered_ = true;
  std::size_t size = response.body.size();
  for (const auto& b : response.shared_body)
    size += b->size();
  if (connection_.closing_ || connection_.state_->stopping) keep_alive_ = false;
  // With much of the request's body unread the connection is no use any more: say so.
  if (!parser_.is_done() &&
      (!parser_.content_length_remaining() || *parser_.content_length_remaining() > drain_bytes_max))
    keep_alive_ = false;
  const bool bodiless = response.status == 204 || response.status == 304;
  const std::string head = response_head(response.status, response.headers,
                                         bodiless ? Framing::none : Framing::length, size, keep_alive_);
  std::vector<std::string_view> pieces{head};
  if (request_.method != "HEAD" && !bodiless) {
    pieces.push_back(response.body);
    for (const auto& b : response.shared_body)
      pieces.push_back(*b);
  }
  auto written = co_await write(std::move(pieces));
  complete_ = written.has_value();
  co_return written;
}

base::Awaitable<base::Result<std::unique_ptr<BodyWriter>>> ServerExchange::start(int status,
                                                                                 Headers headers) {
  COX_ASSERT(!answered_, "a request is answered once");
  answered_ = true;
  const bool chunked = parser_.get().version() >= 11;
  if (!chunked) keep_alive_ = false;
  const std::string head =
      response_head(status, headers, chunked ? Framing::chunked : Framing::none, 0, keep_alive_);
  std::vector<std::string_view> pieces{head};
  auto written = co_await write(std::move(pieces));
  if (!written) co_return written.error();
  if (parser_.is_done()) connection_.watch_peer();
  co_return std::unique_ptr<BodyWriter>(
      std::make_unique<ChunkedWriter>(*this, chunked, request_.method == "HEAD"));
}

bool ServerExchange::wants_websocket() const {
  return boost::beast::websocket::is_upgrade(parser_.get());
}

base::Awaitable<base::Result<std::unique_ptr<WebSocket>>> ServerExchange::upgrade_websocket(
    std::vector<std::string> subprotocols) {
  COX_ASSERT(!answered_, "a request is answered once");
  std::string offered, chosen;
  for (auto header : request_.headers.all("Sec-WebSocket-Protocol"))
    offered += (offered.empty() ? "" : ",") + std::string(header);
  for (const auto& s : subprotocols)
    if (chosen.empty() && token_in_list(offered, s)) chosen = s;
  if (chosen.empty() && !subprotocols.empty())
    co_return base::Error(base::Errc::invalid_argument, "no websocket subprotocol in common");
  answered_ = true;
  keep_alive_ = false;
  connection_.no_deadline();
  const BeastRequest& head = parser_.get().base();
  co_return co_await accept_websocket(connection_.stream_, head, std::move(chosen));
}

}  // namespace http::detail
