#pragma once
#include <boost/asio/this_coro.hpp>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include "api/protobuf.hpp"
#include "apiserver/registry/testing.hpp"
#include "apiserver/request/handler.hpp"
#include "base/yaml.hpp"

/// A handler over a registry in memory, driven without sockets.
namespace apiserver::request::testing {

namespace json = boost::json;
using HeaderMap = std::map<std::string, std::string>;

/// One request, and what became of it.
class FakeExchange final : public http::Exchange {
 public:
  FakeExchange(base::Executor ex, std::string method, std::string target, std::string body,
               const HeaderMap& headers)
      : executor_(ex), arrived_(ex), body_(std::move(body)) {
    const auto question = target.find('?');
    request_.method = std::move(method);
    request_.path = target.substr(0, question);
    if (question != std::string::npos) request_.raw_query = target.substr(question + 1);
    for (const auto& [name, value] : headers)
      request_.headers.set(name, value);
    peer_.common_name = "admin";
    peer_.organizations = {"system:masters"};
  }

  const http::Request& request() const override { return request_; }
  const http::PeerCertificate& peer() const override { return peer_; }
  const std::string& remote_address() const override { return address_; }
  base::Executor executor() const override { return executor_; }
  base::Awaitable<base::Result<std::string>> read_body(std::size_t bytes_max) override {
    if (body_.size() > bytes_max) co_return base::Error(base::Errc::resource_exhausted, "too large");
    co_return body_;
  }
  base::Awaitable<base::Result<std::string>> read_some() override { co_return std::exchange(body_, {}); }
  base::Awaitable<base::Result<void>> respond(http::Response response) override {
    REQUIRE(status == 0);
    status = response.status;
    headers = std::move(response.headers);
    text = std::move(response.body);
    for (const auto& piece : response.shared_body)
      text += *piece;
    shared = std::move(response.shared_body);
    co_return base::Result<void>();
  }
  base::Awaitable<base::Result<std::unique_ptr<http::BodyWriter>>> start(int code,
                                                                         http::Headers with) override;
  bool wants_websocket() const override { return false; }
  base::Awaitable<base::Result<std::unique_ptr<http::WebSocket>>> upgrade_websocket(
      std::vector<std::string>) override {
    co_return base::Error(base::Errc::invalid_argument, "no websocket");
  }

  /// The next line of a streamed answer; empty when it ended.
  base::Awaitable<std::string> line() {
    while (true) {
      if (const auto end = text.find('\n'); end != std::string::npos) {
        std::string out = text.substr(0, end);
        text.erase(0, end + 1);
        co_return out;
      }
      if (finished) co_return std::string();
      arrived_.reset();
      const bool came = co_await arrived_.wait_for(std::chrono::seconds(5));
      REQUIRE(came);
    }
  }
  void arrived() { arrived_.set(); }

  http::PeerCertificate peer_;
  int status = 0;
  http::Headers headers;
  std::string text;
  std::vector<http::SharedBytes> shared;  ///< Pieces of the answer, or of the last write.
  int writes = 0;
  bool finished = false, gone = false;

 private:
  base::Executor executor_;
  base::Event arrived_;
  http::Request request_;
  std::string body_, address_ = "127.0.0.1:1";
};

class FakeWriter final : public http::BodyWriter {
 public:
  explicit FakeWriter(FakeExchange& exchange) : exchange_(exchange) {}
  base::Awaitable<base::Result<void>> write(std::vector<http::SharedBytes> buffers) override {
    if (exchange_.gone) co_return base::Error(base::Errc::unavailable, "gone");
    ++exchange_.writes;
    for (const auto& b : buffers)
      exchange_.text += *b;
    exchange_.shared = std::move(buffers);
    exchange_.arrived();
    co_return base::Result<void>();
  }
  base::Awaitable<base::Result<void>> finish() override {
    exchange_.finished = true;
    exchange_.arrived();
    co_return base::Result<void>();
  }

 private:
  FakeExchange& exchange_;
};

inline base::Awaitable<base::Result<std::unique_ptr<http::BodyWriter>>> FakeExchange::start(
    int code, http::Headers with) {
  status = code;
  headers = std::move(with);
  co_return std::unique_ptr<http::BodyWriter>(std::make_unique<FakeWriter>(*this));
}

/// What a client got.
struct Got {
  int status = 0;
  http::Headers headers;
  std::string text;
  std::vector<http::SharedBytes> shared;
  /// The object; in protobuf it is taken for one of `type`, a Status if none is named.
  json::object json(const char* type = "io.k8s.apimachinery.pkg.apis.meta.v1.Status") const {
    if (headers.get("Content-Type") == api::protobuf_type)
      return api::parse_protobuf(text, *api::find_type(type)).value().as_object();
    if (headers.get("Content-Type") != "application/yaml") return cache::parse_object(text);
    return base::parse_yaml(text).value().as_object();
  }
  std::string message() const { return std::string(api::get_string(json(), {"message"})); }
  std::string reason() const { return std::string(api::get_string(json(), {"reason"})); }
};

struct Server {
  registry::testing::Bench bench;
  authentication::Authenticator authenticator{{}, nullptr};
  std::shared_ptr<const authorization::Authorizer> authorizer = authorization::always_allow();
  base::metrics::Registry metrics;
  std::unique_ptr<Handler> handler;
  base::Executor strand;
  base::TaskGroup tasks;
  std::vector<std::shared_ptr<FakeExchange>> watches;

  explicit Server(base::Executor ex) : bench(ex), strand(ex), tasks(ex, "watches") {}

  Parts parts() {
    Parts p;
    p.registry = &bench.registry;
    p.authenticator = &authenticator;
    p.authorizer = authorizer.get();
    p.metrics = &metrics;
    p.now = [this] { return bench.clock.now(); };
    p.uid = [this] { return "audit-" + std::to_string(++bench.uids); };
    return p;
  }
  void use(Parts p) { handler = std::make_unique<Handler>(std::move(p)); }

  base::Awaitable<Got> call(std::string method, std::string target, std::string body = "",
                            HeaderMap headers = {}) {
    FakeExchange exchange(strand, std::move(method), std::move(target), std::move(body), headers);
    co_return co_await answer(exchange);
  }
  base::Awaitable<Got> answer(FakeExchange& exchange) {
    co_await handler->serve(exchange);
    Got got{exchange.status, exchange.headers, exchange.text, exchange.shared};
    CHECK(got.status != 0);
    if (got.status >= 400) CHECK(api::get_string(got.json(), {"kind"}) == "Status");
    co_return got;
  }
  /// Starts a watch; it runs until it ends or the server stops.
  std::shared_ptr<FakeExchange> watch(std::string target, const HeaderMap& headers = {}) {
    auto exchange = std::make_shared<FakeExchange>(strand, "GET", std::move(target), "", headers);
    tasks.spawn("watch", [this, exchange] { return handler->serve(*exchange); });
    watches.push_back(exchange);
    return exchange;
  }
};

/// Runs `body` with a started server; what it throws is thrown after the server was stopped.
inline void with_server(std::function<base::Awaitable<void>(Server&)> body) {
  http::testing::run([&](base::Executor) -> base::Awaitable<void> {
    Server server(co_await boost::asio::this_coro::executor);
    server.use(server.parts());
    std::exception_ptr failure;
    try {
      co_await server.bench.start();
      co_await body(server);
    } catch (...) {
      failure = std::current_exception();
    }
    server.handler->stop_watches();
    co_await server.tasks.join();
    co_await server.bench.stop();
    if (failure) std::rethrow_exception(failure);
  });
}

// What the tests send.
inline const HeaderMap merge_patch{{"Content-Type", "application/merge-patch+json"}};
inline const HeaderMap json_patch{{"Content-Type", "application/json-patch+json"}};
inline const HeaderMap strategic_patch{{"Content-Type", "application/strategic-merge-patch+json"}};
inline const std::string maps = "/api/v1/namespaces/default/configmaps";
inline const std::string deployments = "/apis/apps/v1/namespaces/default/deployments";
inline const std::string pods = "/api/v1/namespaces/default/pods";

inline std::string map_of(const std::string& name, const std::string& value = "1") {
  return R"({"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":")" + name + R"("},"data":{"a":")" +
         value + R"("}})";
}
inline std::string deployment(const std::string& name) {
  return R"({"metadata":{"name":")" + name + R"("},"spec":{"replicas":2,
    "selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},
    "spec":{"containers":[{"name":"web","image":"web:1"}]}}}})";
}
inline std::string pod(const std::string& name) {
  return R"({"metadata":{"name":")" + name + R"(","labels":{"app":"web"}},
    "spec":{"containers":[{"name":"c","image":"i"}]}})";
}

}  // namespace apiserver::request::testing
