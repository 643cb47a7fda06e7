#include <atomic>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include "bench/grpc_connection.hpp"
#include "bench/store_path.hpp"

namespace bench {
namespace {

namespace asio = boost::asio;
constexpr std::size_t kMessageHead = 5;

/// The number in a message's head, which is whole.
std::size_t length_of(std::string_view head) {
  std::size_t length = 0;
  for (std::size_t i = 1; i < kMessageHead; ++i)
    length = length << 8 | static_cast<unsigned char>(head[i]);
  return length;
}

class GrpcPath final : public StorePath {
 public:
  explicit GrpcPath(std::vector<std::shared_ptr<GrpcConnection>> connections)
      : connections_(std::move(connections)) {}
  Kind kind() const override { return Kind::grpc; }

  base::Awaitable<base::Result<std::string>> call(Method method, std::string message) override {
    std::string answer;
    Sink collect = [&answer](std::string_view piece) {
      // Its length comes first: room is made once, as for HTTP.
      if (answer.empty() && piece.size() >= kMessageHead) answer.reserve(kMessageHead + length_of(piece));
      answer.append(piece);
    };
    std::vector<std::string> messages(1, std::move(message));
    auto done = co_await run(method, std::move(messages), std::move(collect));
    if (!done) co_return done.error();
    answer.erase(0, std::min(kMessageHead, answer.size()));
    co_return answer;
  }
  base::Awaitable<base::Result<void>> stream(Method method, std::vector<std::string> messages,
                                             Sink sink) override {
    return run(method, std::move(messages), std::move(sink));
  }
  base::Awaitable<void> close() override {
    for (const auto& c : connections_)
      co_await c->close();
  }

 private:
  base::Awaitable<base::Result<void>> run(Method method, std::vector<std::string> messages, Sink sink) {
    const auto connection = connections_[next_++ % connections_.size()];
    auto start = [&](auto handler) {
      auto shared = std::make_shared<decltype(handler)>(std::move(handler));
      auto call = std::make_shared<GrpcConnection::Call>();
      call->path = method.grpc;
      call->on_bytes = std::move(sink);
      call->done = [shared](base::Result<void> result) {
        auto back = asio::get_associated_executor(*shared);
        asio::post(back, [shared, result = std::move(result)]() mutable {
          auto h = std::move(*shared);
          std::move(h)(std::move(result));
        });
      };
      asio::dispatch(connection->strand(), [connection, call, messages = std::move(messages)]() mutable {
        connection->submit(std::move(call), messages);
      });
    };
    using Signature = void(base::Result<void>);
    co_return co_await asio::async_initiate<decltype(asio::use_awaitable), Signature>(std::move(start),
                                                                                      asio::use_awaitable);
  }

  std::vector<std::shared_ptr<GrpcConnection>> connections_;
  std::atomic<std::size_t> next_{0};
};

}  // namespace

base::Awaitable<base::Result<std::shared_ptr<StorePath>>> make_grpc_path(base::Executor ex,
                                                                         StorePathOptions options) {
  const std::string authority = options.endpoint.substr(options.endpoint.find("//") + 2);
  const auto colon = authority.rfind(':');
  const std::string host = authority.substr(0, colon), port = authority.substr(colon + 1);
  std::vector<std::shared_ptr<GrpcConnection>> connections;
  for (std::size_t i = 0; i < options.connections; ++i) {
    base::Executor strand = asio::make_strand(ex);
    auto connection = std::make_shared<GrpcConnection>(strand, authority, options.tls->native());
    auto connecting = connection->connect(host, port);
    auto done = co_await asio::co_spawn(strand, std::move(connecting), asio::use_awaitable);
    if (!done) co_return done.error();
    connections.push_back(std::move(connection));
  }
  std::shared_ptr<StorePath> path = std::make_shared<GrpcPath>(std::move(connections));
  co_return path;
}

}  // namespace bench
