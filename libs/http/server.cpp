#include "http/server.hpp"
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <map>
#include <mutex>
#include "base/log.hpp"
#include "http/connection.hpp"

namespace http {
namespace {

namespace asio = boost::asio;
using detail::Connection;
using detail::error_code;
using detail::tcp;

/// At once, before others get their turn.
constexpr int accepts_max = 64;

/// The open connections, to be counted and stopped. Thread-safe.
class Registry {
 public:
  std::uint64_t add(std::shared_ptr<Connection> c, base::Executor strand) {
    std::lock_guard lock(mutex_);
    open_[++last_] = {std::move(c), std::move(strand)};
    return last_;
  }
  void remove(std::uint64_t id) {
    std::lock_guard lock(mutex_);
    open_.erase(id);
  }
  std::size_t size() const {
    std::lock_guard lock(mutex_);
    return open_.size();
  }
  /// Calls `f` on each connection's strand.
  void for_each(void (Connection::*f)()) {
    std::lock_guard lock(mutex_);
    for (auto& [id, entry] : open_)
      asio::post(entry.strand, [c = entry.connection, f] { ((*c).*f)(); });
  }

 private:
  struct Entry {
    std::shared_ptr<Connection> connection;
    base::Executor strand;
  };
  mutable std::mutex mutex_;
  std::map<std::uint64_t, Entry> open_;
  std::uint64_t last_ = 0;
};

class ServerImpl final : public Server {
 public:
  ServerImpl(base::Executor ex, ServerOptions options, Handler handler)
      : executor_(ex),
        state_(std::make_shared<detail::ServerState>()),
        acceptor_(ex),
        accepting_(ex, options.name + " accept"),
        serving_(ex, options.name + " connections") {
    state_->options = std::move(options);
    state_->handler = std::move(handler);
  }

  base::Result<void> bind() {
    const auto& o = state_->options;
    error_code error;
    const auto address = asio::ip::make_address(o.address, error);
    if (error)
      return base::Error(base::Errc::invalid_argument,
                         "\"" + o.address + "\" is not an IP address to listen on");
    const tcp::endpoint endpoint(address, o.port);
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(4096, error);
    if (!error) acceptor_.non_blocking(true, error);
    if (!error) return {};
    const std::string where = o.address + ":" + std::to_string(o.port);
    if (error == asio::error::address_in_use)
      return base::Error(base::Errc::unavailable, "port " + std::to_string(o.port) +
                                                      " is taken: another process listens on " + where +
                                                      "; stop it or choose another port");
    return base::Error(base::Errc::unavailable, "cannot listen on " + where + ": " + error.message());
  }

  void start() {
    accepting_.spawn("accept", [this]() -> base::Awaitable<void> { co_await accept_loop(); });
  }

  std::uint16_t port() const override { return acceptor_.local_endpoint().port(); }
  std::size_t connections() const override { return registry_->size(); }

  base::Awaitable<void> stop(std::chrono::milliseconds deadline) override {
    accepting_.cancel();
    co_await accepting_.join();
    error_code ignored;
    acceptor_.close(ignored);
    state_->stopping = true;
    registry_->for_each(&Connection::finish_soon);
    const auto end = std::chrono::steady_clock::now() + deadline;
    while (registry_->size() > 0 && std::chrono::steady_clock::now() < end)
      co_await base::sleep_for(std::chrono::milliseconds(10));
    registry_->for_each(&Connection::abort);
    co_await serving_.join();
  }

 private:
  base::Awaitable<void> accept_loop() {
    while (true) {
      auto strand = asio::make_strand(executor_);
      auto [error, socket] = co_await acceptor_.async_accept(strand, asio::as_tuple(asio::use_awaitable));
      if (error == asio::error::operation_aborted) co_return;
      if (error) {
        // Out of file descriptors, most likely: wait rather than spin.
        base::log::warning("accept failed", {{"server", state_->options.name}, {"error", error.message()}});
        co_await base::sleep_for(std::chrono::milliseconds(100));
        continue;
      }
      admit(std::move(socket), strand);
      accept_waiting();
    }
  }

  /// Those that came with it. One a turn of a busy io_context would leave a crowd waiting longer than it waits.
  void accept_waiting() {
    for (int i = 0; i < accepts_max; ++i) {
      auto strand = asio::make_strand(executor_);
      error_code error;
      tcp::socket socket = acceptor_.accept(strand, error);
      if (error) return;  // None is left; what else it may be, the loop finds out.
      admit(std::move(socket), strand);
    }
  }

  void admit(tcp::socket socket, base::Executor strand) {
    if (registry_->size() >= state_->options.connections_max) return;  // closed by its destructor
    serve(std::move(socket), std::move(strand));
  }

  void serve(tcp::socket socket, base::Executor strand) {
    auto connection = std::make_shared<Connection>(std::move(socket), state_);
    const auto id = registry_->add(connection, strand);
    auto registry = registry_;
    const bool started =
        serving_.spawn_on(strand, "connection", [connection, registry, id]() -> base::Awaitable<void> {
          co_await connection->run();
          registry->remove(id);
        });
    if (!started) registry->remove(id);
  }

  base::Executor executor_;
  std::shared_ptr<detail::ServerState> state_;
  tcp::acceptor acceptor_;
  base::TaskGroup accepting_, serving_;
  std::shared_ptr<Registry> registry_ = std::make_shared<Registry>();
};

}  // namespace

base::Result<std::unique_ptr<Server>> Server::listen(base::Executor ex, ServerOptions options,
                                                     Handler handler) {
  // The acceptor and its group share a strand; connections get their own.
  auto server = std::make_unique<ServerImpl>(std::move(ex), std::move(options), std::move(handler));
  if (auto bound = server->bind(); !bound) return bound.error();
  server->start();
  return std::unique_ptr<Server>(std::move(server));
}

}  // namespace http
