#include <boost/asio/strand.hpp>
#include <mutex>
#include <vector>
#include "bench/http_connection.hpp"
#include "bench/store_path.hpp"

namespace bench {
namespace {

class HttpPath final : public StorePath {
 public:
  HttpPath(StorePathOptions options, Kind kind) : options_(std::move(options)), kind_(kind) {
    authority_ = options_.endpoint.substr(options_.endpoint.find("//") + 2);
  }
  Kind kind() const override { return kind_; }

  /// One for each client, as gRPC's are made before the measurement.
  base::Awaitable<base::Result<void>> connect_all(base::Executor ex) {
    base::Result<void> result;
    base::TaskGroup group(ex, "connecting");
    for (std::size_t i = 0; i < options_.connections; ++i)
      group.spawn_on(base::asio::make_strand(ex), "connect", [this, &result]() -> base::Awaitable<void> {
        auto made = co_await connect();
        if (made) give_back(std::move(*made));
        const std::lock_guard lock(mutex_);
        if (!made) result = made.error();
      });
    co_await group.join();
    co_return result;
  }

  base::Awaitable<void> close() override {
    const std::lock_guard lock(mutex_);
    idle_.clear();
    co_return;
  }

  base::Awaitable<base::Result<std::string>> call(Method method, std::string message) override {
    auto connection = co_await idle_or_new();
    if (!connection) co_return connection.error();
    std::string answer;
    HttpConnection::Sink collect = [&answer](std::string_view piece) { answer.append(piece); };
    HttpConnection::Expect expect = [&answer](std::size_t bytes) { answer.reserve(bytes); };
    const std::string head = head_of(method);
    const auto status = co_await (*connection)->call(head, message, collect, expect);
    if (!status) co_return status.error();
    give_back(std::move(*connection));
    if (*status == 200) co_return answer;
    co_return base::Error(base::Errc::internal, std::to_string(*status) + ": " + answer.substr(0, 300));
  }

  base::Awaitable<base::Result<void>> stream(Method method, std::vector<std::string> messages,
                                             Sink sink) override {
    const bool framed = kind_ == Kind::protobuf && std::string_view(method.path) == methods::watch.path;
    std::string body;
    for (const std::string& message : messages)
      framed ? storage::wire::append_frame(body, message) : void(body += message);
    auto connection = co_await idle_or_new();
    if (!connection) co_return connection.error();
    const std::string head = head_of(method);
    const auto status = co_await (*connection)->call(head, body, sink);
    if (!status) co_return status.error();
    if (*status == 200) co_return base::Result<void>();
    co_return base::Error(base::Errc::internal, "status " + std::to_string(*status));
  }

 private:
  base::Awaitable<base::Result<std::unique_ptr<HttpConnection>>> connect() {
    const auto colon = authority_.rfind(':');
    return HttpConnection::connect(authority_.substr(0, colon), authority_.substr(colon + 1), options_.tls);
  }
  base::Awaitable<base::Result<std::unique_ptr<HttpConnection>>> idle_or_new() {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        auto connection = std::move(idle_.back());
        idle_.pop_back();
        co_return connection;
      }
    }
    co_return co_await connect();
  }
  void give_back(std::unique_ptr<HttpConnection> connection) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(connection));
  }
  std::string head_of(Method method) const {
    std::string head;
    head.reserve(256);
    head.append("POST ").append(method.path).append(" HTTP/1.1\r\nHost: ").append(authority_);
    head.append("\r\nContent-Type: ");
    head.append(kind_ == Kind::json ? "application/json" : "application/x-protobuf");
    return head.append("\r\nContent-Length: ");
  }

  const StorePathOptions options_;
  const Kind kind_;
  std::string authority_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<HttpConnection>> idle_;  ///< Guarded by `mutex_`.
};

}  // namespace

base::Awaitable<base::Result<std::shared_ptr<StorePath>>> make_http_path(base::Executor ex,
                                                                         StorePathOptions options,
                                                                         StorePath::Kind kind) {
  auto made = std::make_shared<HttpPath>(std::move(options), kind);
  auto connected = co_await made->connect_all(ex);
  if (!connected) co_return connected.error();
  std::shared_ptr<StorePath> path = std::move(made);
  co_return path;
}

}  // namespace bench
