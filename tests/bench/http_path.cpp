#include "bench/store_path.hpp"
#include "http/client.hpp"

namespace bench {
namespace {

class HttpPath final : public StorePath {
 public:
  HttpPath(std::shared_ptr<http::Client> client, Kind kind) : client_(std::move(client)), kind_(kind) {}
  Kind kind() const override { return kind_; }
  base::Awaitable<void> close() override {
    client_->close();
    co_return;
  }

  base::Awaitable<base::Result<std::string>> call(Method method, std::string message) override {
    http::Request request = make(method, std::move(message));
    auto response = co_await client_->send(std::move(request));
    if (!response) co_return response.error();
    if (response->status == 200) co_return std::move(response->body);
    co_return refused(response->status, response->body);
  }

  base::Awaitable<base::Result<void>> stream(Method method, std::string first, Sink sink) override {
    if (kind_ == Kind::protobuf && std::string_view(method.path) == methods::watch.path) {
      std::string frame;
      storage::wire::append_frame(frame, first);
      first = std::move(frame);
    }
    http::Request request = make(method, std::move(first));
    auto opened = co_await client_->open(std::move(request));
    if (!opened) co_return opened.error();
    for (;;) {
      const base::Result<std::string> piece = co_await (*opened)->read_some();
      if (!piece) co_return piece.error();
      if ((*opened)->status() != 200) co_return refused((*opened)->status(), *piece);
      if (piece->empty()) co_return base::Result<void>();
      sink(*piece);
    }
  }

 private:
  http::Request make(Method method, std::string body) const {
    http::Request request;
    request.method = "POST";
    request.path = method.path;
    request.headers.set("Content-Type", kind_ == Kind::json ? "application/json" : "application/x-protobuf");
    request.body = std::move(body);
    return request;
  }
  static base::Error refused(int status, const std::string& body) {
    return {base::Errc::internal, std::to_string(status) + ": " + body.substr(0, 300)};
  }

  std::shared_ptr<http::Client> client_;
  Kind kind_;
};

}  // namespace

std::shared_ptr<StorePath> make_http_path(base::Executor ex, StorePathOptions options, StorePath::Kind kind) {
  http::ClientOptions client;
  client.endpoints = {options.endpoint};
  client.tls = options.tls;
  client.connections_max = options.connections;
  client.request_timeout = std::chrono::seconds(120);
  return std::make_shared<HttpPath>(http::Client::create(std::move(ex), client), kind);
}

}  // namespace bench
