#include "node-agent/runtime/process/shim_connection.hpp"
#include <unistd.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cstdlib>
#include "node-agent/runtime/shim/socket.hpp"

namespace node_agent::runtime {

namespace {

namespace asio = boost::asio;
constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::seconds call_time_max{40}, signal_time_max{10};

base::Error gone() {
  return base::Error(base::Errc::unavailable, "the container does not run");
}

}  // namespace

struct ShimConnection::Impl {
  explicit Impl(const base::Executor& ex) : socket(ex), timer(ex) {}

  base::Error error(const boost::system::error_code& code) const {
    if (expired) return base::Error(base::Errc::deadline_exceeded, "the container does not answer");
    if (code == asio::error::operation_aborted || code == asio::error::bad_descriptor)
      return base::Error(base::Errc::cancelled, "cancelled");
    return gone();
  }

  asio::local::stream_protocol::socket socket;
  asio::steady_timer timer;
  bool expired = false;
  shim::FrameReader reader;
  char piece[16 * 1024];
};

ShimConnection::ShimConnection(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
ShimConnection::~ShimConnection() {
  close();
}

base::Result<std::shared_ptr<ShimConnection>> ShimConnection::open(base::Executor ex,
                                                                   const std::string& directory) {
  const int fd = shim::connect_in(directory);
  if (fd < 0) return gone();
  auto impl = std::make_shared<Impl>(ex);
  boost::system::error_code error;
  impl->socket.assign(asio::local::stream_protocol(), fd, error);
  if (error) {
    ::close(fd);
    return base::Error(base::Errc::internal, error.message());
  }
  return std::shared_ptr<ShimConnection>(new ShimConnection(std::move(impl)));
}

void ShimConnection::expire_after(std::chrono::milliseconds d) {
  impl_->timer.cancel();
  if (d.count() <= 0) return;
  impl_->timer.expires_after(d);
  impl_->timer.async_wait([impl = impl_](boost::system::error_code error) {
    if (error) return;
    impl->expired = true;
    boost::system::error_code ignored;
    impl->socket.close(ignored);
  });
}

void ShimConnection::close() {
  impl_->timer.cancel();
  boost::system::error_code ignored;
  impl_->socket.close(ignored);
}

base::Awaitable<base::Result<void>> ShimConnection::write(shim::FrameKind kind, std::string payload) {
  const std::string frame = shim::encode_frame(kind, payload);
  const auto buffer = asio::buffer(frame);
  auto [error, n] = co_await asio::async_write(impl_->socket, buffer, no_throw);
  if (error) co_return impl_->error(error);
  co_return base::Result<void>();
}

base::Awaitable<base::Result<shim::Frame>> ShimConnection::read() {
  for (;;) {
    if (auto frame = impl_->reader.next()) co_return std::move(*frame);
    if (impl_->reader.broken()) co_return base::Error(base::Errc::internal, "process-shim sends rubbish");
    const auto buffer = asio::buffer(impl_->piece);
    auto [error, n] = co_await impl_->socket.async_read_some(buffer, no_throw);
    if (error) co_return impl_->error(error);
    impl_->reader.feed({impl_->piece, n});
  }
}

base::Awaitable<base::Result<std::shared_ptr<ShimConnection>>> begin_call(base::Executor ex,
                                                                          std::string directory,
                                                                          shim::FrameKind kind,
                                                                          shim::ExecCall call) {
  auto connection = ShimConnection::open(ex, directory);
  if (!connection) co_return connection.error();
  (*connection)->expire_after(call_time_max);
  std::string payload = call.encode();
  if (payload.size() > shim::frame_bytes_max)
    co_return base::Error(base::Errc::invalid_argument, "the command line is too long");
  auto sent = co_await (*connection)->write(kind, std::move(payload));
  if (!sent) co_return sent.error();
  auto answer = co_await (*connection)->read();
  if (!answer) co_return answer.error();
  if (answer->kind != shim::FrameKind::done)
    co_return base::Error(base::Errc::invalid_argument,
                          answer->payload.substr(answer->payload.find(' ') + 1));
  (*connection)->expire_after(std::chrono::milliseconds(0));
  co_return std::move(*connection);
}

base::Awaitable<base::Result<void>> send_signal(base::Executor ex, std::string directory,
                                                shim::Signal signal) {
  auto connection = ShimConnection::open(ex, directory);
  if (!connection) co_return connection.error();
  (*connection)->expire_after(signal_time_max);
  std::string payload = signal.encode();
  auto sent = co_await (*connection)->write(shim::FrameKind::signal, std::move(payload));
  if (!sent) co_return sent;
  auto answer = co_await (*connection)->read();
  if (!answer) co_return answer.error();
  co_return base::Result<void>();
}

namespace {

class ShimStream final : public ProcessStream {
 public:
  explicit ShimStream(std::shared_ptr<ShimConnection> connection) : connection_(std::move(connection)) {}

  base::Awaitable<base::Result<Output>> read() override {
    const auto connection = connection_;
    auto frame = co_await connection->read();
    if (!frame && frame.error().is(base::Errc::cancelled)) co_return frame.error();
    if (!frame) co_return base::Error(base::Errc::internal, "the container's supervisor has gone");
    Output out;
    if (frame->kind == shim::FrameKind::exit) {
      out.exit_code = std::atoi(frame->payload.c_str());
      co_return out;
    }
    out.kind = frame->kind == shim::FrameKind::err ? Output::Kind::err : Output::Kind::out;
    out.data = std::move(frame->payload);
    co_return out;
  }

  base::Awaitable<base::Result<void>> write(std::string data) override {
    const auto connection = connection_;
    for (std::size_t at = 0; at < data.size(); at += shim::data_bytes_max) {
      std::string piece = data.substr(at, shim::data_bytes_max);
      auto sent = co_await connection->write(shim::FrameKind::input, std::move(piece));
      if (!sent) co_return base::Error(base::Errc::unavailable, "the process has closed its input");
    }
    co_return base::Result<void>();
  }

  base::Awaitable<void> close_input() override {
    const auto connection = connection_;
    std::string nothing;
    auto sent = co_await connection->write(shim::FrameKind::input_end, std::move(nothing));
    base::ignore_error(std::move(sent));
  }

  base::Awaitable<void> resize(std::uint16_t width, std::uint16_t height) override {
    const auto connection = connection_;
    std::string size = shim::WindowSize{width, height}.encode();
    auto sent = co_await connection->write(shim::FrameKind::resize, std::move(size));
    base::ignore_error(std::move(sent));
  }

  void abandon() override { connection_->close(); }

 private:
  std::shared_ptr<ShimConnection> connection_;
};

}  // namespace

std::shared_ptr<ProcessStream> make_stream(std::shared_ptr<ShimConnection> connection) {
  return std::make_shared<ShimStream>(std::move(connection));
}

}  // namespace node_agent::runtime
