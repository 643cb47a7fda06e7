#include "bench/http_connection.hpp"
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <charconv>
#include <cstring>
#include "http/stream.hpp"

namespace bench {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using http::detail::Stream;
constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);
constexpr std::string_view kLineEnd = "\r\n";
constexpr std::size_t kBufferBytes = 64 << 10;

base::Error broken(const std::string& why) {
  return {base::Errc::unavailable, "HTTP: " + why};
}

bool begins_with_field(std::string_view line, std::string_view lower_case_name) {
  if (line.size() <= lower_case_name.size() || line[lower_case_name.size()] != ':') return false;
  for (std::size_t i = 0; i < lower_case_name.size(); ++i)
    if ((line[i] | 0x20) != lower_case_name[i] && line[i] != lower_case_name[i]) return false;
  return true;
}

std::size_t number_in(std::string_view text, int base) {
  while (text.starts_with(' '))
    text.remove_prefix(1);
  std::size_t n = 0;
  std::from_chars(text.data(), text.data() + text.size(), n, base);
  return n;
}

}  // namespace

HttpConnection::HttpConnection(std::shared_ptr<Stream> stream)
    : stream_(std::move(stream)), buffer_(kBufferBytes, '\0') {}
HttpConnection::~HttpConnection() = default;

base::Awaitable<base::Result<std::unique_ptr<HttpConnection>>> HttpConnection::connect(
    std::string host, std::string port, std::shared_ptr<http::TlsContext> tls) {
  const auto ex = co_await asio::this_coro::executor;
  tcp::resolver resolver(ex);
  auto [resolve_error, addresses] = co_await resolver.async_resolve(host, port, no_throw);
  if (resolve_error) co_return broken(resolve_error.message());
  tcp::socket socket(ex);
  auto [error, address] = co_await asio::async_connect(socket, addresses, no_throw);
  if (error) co_return broken(error.message());
  socket.set_option(tcp::no_delay(true));
  auto stream = std::make_shared<Stream>(std::move(socket), std::move(tls));
  if (const auto failed = co_await stream->handshake_client(host)) co_return broken(failed.message());
  co_return std::unique_ptr<HttpConnection>(new HttpConnection(std::move(stream)));
}

base::Awaitable<base::Result<int>> HttpConnection::call(std::string_view head, std::string_view body,
                                                        const Sink& sink, const Expect& expect) {
  out_.assign(head).append(std::to_string(body.size())).append("\r\n\r\n").append(body);
  if (const auto error = co_await stream_->write(std::string_view(out_))) co_return broken(error.message());
  auto answer = co_await read_head();
  if (!answer) co_return answer.error();
  base::Result<void> done;
  if (expect) expect(answer->length);
  if (answer->chunked)
    done = co_await pass_chunks(sink);
  else
    done = co_await pass_on(answer->length, sink);
  if (!done) co_return done.error();
  co_return answer->status;
}

base::Awaitable<base::Result<void>> HttpConnection::fill() {
  if (at_ == end_) at_ = end_ = 0;
  if (end_ == buffer_.size()) {
    if (at_ == 0) co_return broken("a line that is too long");
    std::memmove(buffer_.data(), buffer_.data() + at_, end_ - at_);
    end_ -= std::exchange(at_, 0);
  }
  const auto room = asio::buffer(buffer_.data() + end_, buffer_.size() - end_);
  auto [error, n] = co_await stream_->read_some(room);
  if (error) co_return broken(error.message());
  end_ += n;
  co_return base::Result<void>();
}

base::Awaitable<base::Result<std::string_view>> HttpConnection::read_line() {
  for (std::size_t looked = 0;;) {
    const std::string_view read(buffer_.data() + at_, end_ - at_);
    const auto end = read.find(kLineEnd, looked);
    if (end != read.npos) {
      at_ += end + kLineEnd.size();
      co_return read.substr(0, end);
    }
    looked = read.empty() ? 0 : read.size() - 1;
    auto more = co_await fill();
    if (!more) co_return more.error();
  }
}

base::Awaitable<base::Result<HttpConnection::Head>> HttpConnection::read_head() {
  Head head;
  auto line = co_await read_line();
  if (!line) co_return line.error();
  if (!line->starts_with("HTTP/1.1 ")) co_return broken("not an answer");
  head.status = static_cast<int>(number_in(line->substr(9), 10));
  for (;;) {
    line = co_await read_line();
    if (!line) co_return line.error();
    if (line->empty()) co_return head;
    const auto colon = line->find(':');
    if (begins_with_field(*line, "content-length")) head.length = number_in(line->substr(colon + 1), 10);
    if (begins_with_field(*line, "transfer-encoding")) head.chunked = true;
  }
}

base::Awaitable<base::Result<void>> HttpConnection::pass_on(std::size_t bytes, const Sink& sink) {
  while (bytes > 0) {
    if (at_ == end_) {
      auto more = co_await fill();
      if (!more) co_return more;
    }
    const std::size_t n = std::min(bytes, end_ - at_);
    sink({buffer_.data() + at_, n});
    at_ += n;
    bytes -= n;
  }
  co_return base::Result<void>();
}

base::Awaitable<base::Result<void>> HttpConnection::pass_chunks(const Sink& sink) {
  for (;;) {
    auto line = co_await read_line();
    if (!line) co_return line.error();
    const std::size_t size = number_in(*line, 16);
    if (size > 0) {
      auto passed = co_await pass_on(size, sink);
      if (!passed) co_return passed;
    }
    line = co_await read_line();
    if (!line) co_return line.error();
    if (size == 0) co_return base::Result<void>();
  }
}

}  // namespace bench
