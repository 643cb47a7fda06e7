#include "node-agent/runtime/process/port_stream.hpp"
#include <fcntl.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <cstring>
#include <thread>

namespace node_agent::runtime {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::seconds connect_time_max{10};

class PortStream final : public ProcessStream {
 public:
  explicit PortStream(std::shared_ptr<tcp::socket> socket) : socket_(std::move(socket)) {}

  base::Awaitable<base::Result<Output>> read() override {
    const auto socket = socket_;
    Output out;
    std::string data(32 * 1024, '\0');
    const auto buffer = asio::buffer(data);
    auto [error, n] = co_await socket->async_read_some(buffer, no_throw);
    if (error == asio::error::operation_aborted || error == asio::error::bad_descriptor)
      co_return base::Error(base::Errc::cancelled, "cancelled");
    if (error) co_return out;
    data.resize(n);
    out.kind = Output::Kind::out;
    out.data = std::move(data);
    co_return out;
  }

  base::Awaitable<base::Result<void>> write(std::string data) override {
    const auto socket = socket_;
    const auto buffer = asio::buffer(data);
    auto [error, n] = co_await asio::async_write(*socket, buffer, no_throw);
    if (error) co_return base::Error(base::Errc::unavailable, error.message());
    co_return base::Result<void>();
  }

  base::Awaitable<void> close_input() override {
    boost::system::error_code ignored;
    socket_->shutdown(tcp::socket::shutdown_send, ignored);
    co_return;
  }
  base::Awaitable<void> resize(std::uint16_t, std::uint16_t) override { co_return; }
  void abandon() override {
    boost::system::error_code ignored;
    socket_->close(ignored);
  }

 private:
  std::shared_ptr<tcp::socket> socket_;
};

/// A socket of that network namespace, or -1 with errno. A socket stays in the namespace it was made in; the
/// thread that makes it ends afterwards, so that none of the pool's is left in a pod's namespace.
int socket_in(std::int64_t pid) {
  int fd = -1, error = 0;
  std::thread([&] {
    const std::string path = "/proc/" + std::to_string(pid) + "/ns/net";
    const int ns = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (ns >= 0 && ::setns(ns, CLONE_NEWNET) == 0)
      fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    error = errno;
    if (ns >= 0) ::close(ns);
  }).join();
  errno = error;
  return fd;
}

}  // namespace

base::Awaitable<base::Result<std::shared_ptr<ProcessStream>>> connect_to_port(
    base::Executor ex, base::Executor pool, std::string address, std::int64_t netns_pid, std::uint16_t port) {
  auto socket = std::make_shared<tcp::socket>(ex);
  boost::system::error_code error;
  if (netns_pid > 0) {
    int fd = -1;
    std::function<void()> work = [&fd, netns_pid] { fd = socket_in(netns_pid); };
    co_await base::run_blocking(pool, std::move(work));
    if (fd < 0) co_return base::Error(base::Errc::internal, "entering the pod's network namespace failed");
    socket->assign(tcp::v4(), fd, error);
    address = "127.0.0.1";
  } else {
    socket->open(tcp::v4(), error);
  }
  const auto ip = asio::ip::make_address(address, error);
  if (error) co_return base::Error(base::Errc::internal, "\"" + address + "\": " + error.message());
  auto timer = std::make_shared<asio::steady_timer>(ex, connect_time_max);
  timer->async_wait([socket](boost::system::error_code waited) {
    boost::system::error_code ignored;
    if (!waited) socket->close(ignored);
  });
  const tcp::endpoint there(ip, port);
  auto [failed] = co_await socket->async_connect(there, no_throw);
  timer->cancel();
  if (failed)
    co_return base::Error(base::Errc::unavailable, "connecting to " + address + " port " +
                                                       std::to_string(port) + ": " + failed.message());
  std::shared_ptr<ProcessStream> out = std::make_shared<PortStream>(std::move(socket));
  co_return out;
}

}  // namespace node_agent::runtime
