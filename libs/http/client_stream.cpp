#include "http/client_stream.hpp"
#include <algorithm>
#include <cstring>
#include "http/head.hpp"

namespace http::detail {
namespace beast = boost::beast;

ClientExchange::ClientExchange(ClientConnectionPtr connection, GiveBack give_back, bool head_request)
    : connection_(std::move(connection)), give_back_(std::move(give_back)), head_request_(head_request) {
  new_parser();
}

ClientExchange::~ClientExchange() {
  if (connection_) connection_->stream->close();
}

void ClientExchange::new_parser() {
  parser_ = std::make_unique<Parser>();
  parser_->header_limit(64 * 1024);
  parser_->body_limit(boost::none);  // Counted by who collects it.
  parser_->skip(head_request_);
}

base::Awaitable<error_code> ClientExchange::fill() {
  constexpr std::size_t piece_bytes = 16 * 1024;
  auto& buffer = connection_->buffer;
  const auto room = buffer.prepare(piece_bytes);
  auto [error, n] = co_await connection_->stream->read_some(room);
  buffer.commit(n);
  if (n > 0) answered_ = true;
  co_return error;
}

base::Awaitable<error_code> ClientExchange::send(const Request& request, std::string_view authority,
                                                 std::string_view user_agent, Framing framing) {
  const std::string head = request_head(request, authority, user_agent, framing);
  std::vector<std::string_view> pieces{head};
  if (framing == Framing::length) pieces.emplace_back(request.body);
  sent_all_ = framing != Framing::chunked;
  co_return co_await connection_->stream->write(pieces);
}

base::Awaitable<base::Result<void>> ClientExchange::wait_head() {
  const Fill more = [this] { return fill(); };
  while (true) {
    const auto error = co_await read_head(*parser_, connection_->buffer, more);
    if (error) co_return to_error(error, "reading the answer");
    // 1xx answers precede the real one. Source: RFC 9110, section 15.2.
    if (status() / 100 != 1 || status() == 101) break;
    new_parser();
  }
  take_headers();
  co_return base::Result<void>();
}

void ClientExchange::take_headers() {
  for (const auto& field : parser_->get())
    headers_.add(std::string(field.name_string()), std::string(field.value()));
}

base::Awaitable<base::Result<std::string>> ClientExchange::read_some() {
  if (received_all_) co_return std::string();
  const Fill more = [this] { return fill(); };
  auto piece = co_await read_body_piece(*parser_, connection_->buffer, more);
  if (piece && piece->empty()) {
    received_all_ = true;
    release();
  }
  co_return piece;
}

base::Awaitable<base::Result<std::string>> ClientExchange::read_all(std::size_t bytes_max) {
  constexpr std::size_t kWorthwhile = 32 * 1024;
  const base::Error too_large(base::Errc::resource_exhausted, "the answer is larger than this client takes");
  const auto length = parser_->content_length();
  if (length && *length > bytes_max && !head_request_) co_return too_large;
  if (length && *length >= kWorthwhile && !parser_->is_done() && !parser_->chunked())
    co_return co_await read_sized(static_cast<std::size_t>(*length));
  std::string body;
  for (;;) {
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

/// Straight into its place: a large body would be copied three times on its way through the parser.
base::Awaitable<base::Result<std::string>> ClientExchange::read_sized(std::size_t size) {
  std::string body(size, '\0');
  auto& buffer = connection_->buffer;
  std::size_t have = std::min(size, buffer.size());
  std::memcpy(body.data(), buffer.data().data(), have);
  buffer.consume(have);
  while (have < size) {
    const auto room = asio::buffer(body.data() + have, size - have);
    auto [error, n] = co_await connection_->stream->read_some(room);
    if (error) co_return to_error(error, "reading the body");
    have += n;
  }
  received_all_ = bypassed_ = true;
  release();
  co_return body;
}

void ClientExchange::release() {
  if (!connection_ || !sent_all_ || !received_all_) return;
  if (!(parser_->is_done() || bypassed_) || !parser_->get().keep_alive() || connection_->buffer.size() > 0)
    return;
  if (give_back_) give_back_(std::move(connection_));
}

base::Awaitable<base::Result<void>> ClientExchange::write(std::string data) {
  if (sent_all_ || !connection_)
    co_return base::Error(base::Errc::unavailable, "the request's body has ended");
  if (data.empty()) co_return base::Result<void>();
  const std::string size = chunk_head(data.size());
  const std::vector<std::string_view> pieces{size, data, chunk_end};
  if (const auto error = co_await connection_->stream->write(pieces))
    co_return to_error(error, "sending the body");
  co_return base::Result<void>();
}

base::Awaitable<base::Result<void>> ClientExchange::finish() {
  if (sent_all_ || !connection_) co_return base::Result<void>();
  if (const auto error = co_await connection_->stream->write(last_chunk))
    co_return to_error(error, "sending the body");
  sent_all_ = true;
  co_return base::Result<void>();
}

}  // namespace http::detail
