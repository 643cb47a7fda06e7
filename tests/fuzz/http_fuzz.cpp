#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include "base/assert.hpp"
#include "http/body_reader.hpp"
#include "http/message.hpp"

namespace {

namespace detail = http::detail;
using Buffer = boost::beast::flat_buffer;

/// Hands the input out in pieces whose sizes the input itself chooses, then ends the stream.
class Source {
 public:
  explicit Source(std::string_view data) : data_(data) {}
  base::Awaitable<boost::system::error_code> fill(Buffer& buffer) {
    if (data_.empty()) co_return boost::asio::error::eof;
    const auto n = std::min<std::size_t>(data_.size(), 1 + static_cast<unsigned char>(data_[0]) % 64);
    const auto room = buffer.prepare(n);
    std::copy_n(data_.data(), n, static_cast<char*>(room.data()));
    buffer.commit(n);
    data_.remove_prefix(n);
    co_return boost::system::error_code();
  }

 private:
  std::string_view data_;
};

template <bool is_request>
base::Awaitable<void> read_messages(std::string_view data) {
  Source source(data);
  Buffer buffer;
  const detail::Fill fill = [&] { return source.fill(buffer); };
  for (int messages = 0; messages < 8; ++messages) {
    boost::beast::http::parser<is_request, boost::beast::http::buffer_body> parser;
    parser.header_limit(4096);
    parser.body_limit(boost::none);
    const auto failed = co_await detail::read_head<is_request>(parser, buffer, fill);
    if (failed) co_return;
    std::size_t total = 0;
    while (true) {
      auto piece = co_await detail::read_body_piece<is_request>(parser, buffer, fill);
      if (!piece) co_return;
      if (piece->empty()) break;
      total += piece->size();
      COX_ASSERT(total <= data.size(), "a body is never longer than what was received");
    }
  }
}

}  // namespace

/// The first byte chooses requests or responses; the rest arrives on the connection. Also the query parser.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto query = http::Query::parse(text);
  COX_ASSERT(http::Query::parse(query.encode()).encode() == query.encode(),
             "an encoded query parses to itself");
  boost::asio::io_context io;
  auto done = [](std::exception_ptr failure) { COX_ASSERT(!failure, "reading a message throws nothing"); };
  if (data[0] % 2)
    boost::asio::co_spawn(io, read_messages<true>(text), done);
  else
    boost::asio::co_spawn(io, read_messages<false>(text), done);
  io.run();
  return 0;
}
