#include "apiserver/request/gzip.hpp"
#include "apiserver/request/handler.hpp"
#include "apiserver/request/list_body.hpp"
#include "base/log.hpp"

/// How answers leave: whole, or piece by piece where that saves memory; compressed where the client asks.
namespace apiserver::request {
namespace {

using http::SharedBytes;

constexpr std::size_t write_bytes = 64 * 1024;

void say_compressed(http::Headers& headers) {
  headers.set("Content-Encoding", "gzip");
  headers.add("Vary", "Accept-Encoding");
}

std::size_t size_of(const std::vector<SharedBytes>& pieces) {
  std::size_t size = 0;
  for (const auto& p : pieces)
    size += p->size();
  return size;
}

/// Puts a long answer into its compressed form.
void compress(http::Response& response) {
  Gzip gzip;
  std::string out;
  gzip.add(response.body, out);
  for (const auto& piece : response.shared_body)
    gzip.add(*piece, out);
  gzip.finish(out);
  response.body = std::move(out);
  response.shared_body.clear();
  say_compressed(response.headers);
}

/// Sends pieces as they come, through the compressor if there is one.
class Stream {
 public:
  Stream(http::BodyWriter& writer, bool compressed) : writer_(writer) {
    if (compressed) gzip_.emplace();
  }

  base::Awaitable<bool> write(std::vector<SharedBytes> pieces) {
    if (!gzip_) co_return co_await flush(std::move(pieces));
    for (const auto& piece : pieces)
      for (std::size_t at = 0; at < piece->size(); at += write_bytes) {
        gzip_->add(std::string_view(*piece).substr(at, write_bytes), ready_);
        const bool good = ready_.size() < write_bytes || co_await flush_ready();
        if (!good) co_return false;
      }
    co_return true;
  }
  base::Awaitable<void> finish() {
    if (gzip_) {
      gzip_->finish(ready_);
      const bool good = co_await flush_ready();
      if (!good) co_return;
    }
    co_await writer_.finish();
  }
  std::size_t bytes() const noexcept { return bytes_; }

 private:
  base::Awaitable<bool> flush_ready() {
    std::vector<SharedBytes> pieces;
    pieces.push_back(http::make_bytes(std::exchange(ready_, {})));
    co_return co_await flush(std::move(pieces));
  }
  base::Awaitable<bool> flush(std::vector<SharedBytes> pieces) {
    bytes_ += size_of(pieces);
    auto written = co_await writer_.write(std::move(pieces));
    co_return written.has_value();
  }

  http::BodyWriter& writer_;
  std::optional<Gzip> gzip_;
  std::string ready_;  ///< Compressed, not sent yet.
  std::size_t bytes_ = 0;
};

}  // namespace

base::Awaitable<void> Handler::send(Request& r, http::Response response) const {
  const auto size = response.body.size() + size_of(response.shared_body);
  if (size > gzip_threshold_bytes && accepts_gzip(r.exchange.request().headers)) compress(response);
  add_warnings(response.headers, *r.warnings);
  auto sent = co_await r.exchange.respond(std::move(response));
  // The peer left: what was done stays done.
  if (!sent) base::log::debug("an answer was not taken", {{"path", r.info.path}, {"error", sent.error()}});
}

base::Awaitable<void> Handler::send_object(Request& r, registry::Answer answer) const {
  auto response = object_answer(r.wanted, *r.body, answer, parts_.now());
  if (!response)
    response = status_answer(wanted_status_form(r.exchange.request(), r.query), response.error());
  co_await send(r, std::move(*response));
}

base::Awaitable<api::StatusOr<void>> Handler::send_list(Request& r, registry::ListAnswer list) const {
  auto made = list_body(r.wanted, *r.resource, std::move(list), parts_.now());
  if (!made) co_return made.error();
  auto& body = **made;
  while (true) {
    auto ready = body.prepare();
    if (!ready) co_return ready.error();
    if (*ready == ListBody::Prepared::yes) break;
    co_await base::sleep_for(std::chrono::nanoseconds(0));
  }
  auto response = with_type(r.wanted.form, 200);
  bool more = true;
  while (more && size_of(response.shared_body) <= gzip_threshold_bytes)
    more = body.next(response.shared_body);
  const bool compressed =
      size_of(response.shared_body) > gzip_threshold_bytes && accepts_gzip(r.exchange.request().headers);
  if (!more && !compressed) {
    co_await send(r, std::move(response));
    co_return api::StatusOr<void>();
  }
  if (compressed) say_compressed(response.headers);
  add_warnings(response.headers, *r.warnings);
  auto writer = co_await r.exchange.start(200, std::move(response.headers));
  if (!writer) co_return api::StatusOr<void>();
  Stream stream(**writer, compressed);
  auto pieces = std::move(response.shared_body);
  while (true) {
    const bool good = co_await stream.write(std::move(pieces));
    r.streamed_bytes = stream.bytes();
    if (!good) co_return api::StatusOr<void>();
    if (!more) break;
    pieces.clear();
    more = body.next(pieces);
  }
  co_await stream.finish();
  r.streamed_bytes = stream.bytes();
  co_return api::StatusOr<void>();
}

}  // namespace apiserver::request
