#include "apiserver/proxy/http_proxy.hpp"
#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>
#include "http/testing.hpp"

using namespace apiserver;
using namespace apiserver::proxy;
namespace json = boost::json;

namespace {

/// A pod's server: says what it was asked.
base::Awaitable<void> pod_server(http::Exchange& exchange) {
  const auto& request = exchange.request();
  if (request.path == "/socket") {
    auto socket = co_await exchange.upgrade_websocket({});
    auto message = co_await (*socket)->read();
    const std::string text = "echo " + message->data;
    co_await (*socket)->write(text);
    co_await (*socket)->close();
    co_return;
  }
  http::Response response;
  if (request.path == "/moved") {
    response.status = 302;
    response.headers.add("Location", "/elsewhere");
  } else {
    auto body = co_await exchange.read_body(8 * 1024 * 1024);
    response.status = 299;
    response.headers.add("X-Pod", "web");
    response.body = request.method + " " + request.path + "?" + request.raw_query + " " +
                    std::to_string(body->size()) + std::string(request.headers.get("Authorization"));
  }
  co_await exchange.respond(std::move(response));
}

/// The pod's server, and an API server's proxy to it. The pod's address is one of the loopback range for
/// pods.
struct World {
  MemoryLookup objects;
  std::unique_ptr<http::Server> pod, front;
  std::unique_ptr<HttpProxy> proxy;
  std::shared_ptr<http::Client> client;

  explicit World(base::Executor ex) {
    http::ServerOptions options;
    options.address = "127.64.0.1";
    pod = http::Server::listen(ex, options, pod_server).value();
    proxy = std::make_unique<HttpProxy>(ex, Options{}, objects, [](std::size_t) { return 0; });
    front = http::Server::listen(ex, {}, [this](http::Exchange& e) { return serve(e); }).value();
    http::ClientOptions to_front;
    to_front.endpoints = {"http://127.0.0.1:" + std::to_string(front->port())};
    client = http::Client::create(ex, to_front);
  }

  base::Awaitable<void> serve(http::Exchange& exchange) {
    auto object =
        json::parse(R"({"metadata":{"name":"web","namespace":"d"},"status":{"podIP":"127.64.0.1"}})")
            .as_object();
    auto shared = std::make_shared<const json::object>(std::move(object));
    ProxyName name{
        "", "web",
        std::to_string(exchange.request().path.find("/pods/dead/") == std::string::npos ? pod->port() : 1)};
    const auto result = co_await proxy->serve(exchange, std::move(shared), "pods", std::move(name));
    if (result.has_value()) co_return;
    http::Response response;
    response.status = result.error().code;
    response.body = result.error().message;
    co_await exchange.respond(std::move(response));
  }

  base::Awaitable<http::Response> send(std::string method, std::string rest, std::string body = {}) {
    http::Request request;
    request.method = std::move(method);
    request.path = "/api/v1/namespaces/d/pods/web/proxy" + rest;
    if (const auto question = request.path.find('?'); question != std::string::npos) {
      request.raw_query = request.path.substr(question + 1);
      request.path.resize(question);
    }
    request.headers.add("Authorization", "Bearer secret");
    request.body = std::move(body);
    auto response = co_await client->send(std::move(request));
    CHECK(response.has_value());
    co_return response.has_value() ? std::move(*response) : http::Response();
  }

  base::Awaitable<void> stop() {
    client->close();
    proxy->close();
    co_await front->stop(std::chrono::milliseconds(1000));
    co_await pod->stop(std::chrono::milliseconds(1000));
  }
};

}  // namespace

TEST_CASE("any method and body goes through a proxy, and the answer comes back") {
  http::testing::run([](base::Executor ex) -> base::Awaitable<void> {
    World w(ex);
    const auto get = co_await w.send("GET", "/some/path%2Fx?a=b");
    CHECK(get.status == 299);
    CHECK(get.body == "GET /some/path%2Fx?a=b 0");
    CHECK(get.headers.get("X-Pod") == "web");
    for (const auto* method : {"POST", "PUT", "PATCH", "DELETE", "OPTIONS"}) {
      const auto answer = co_await w.send(method, "/", "hello");
      CHECK(answer.body == std::string(method) + " /? 5");
    }
    const auto posted = co_await w.send("POST", "", "x");
    CHECK(posted.body == "POST /? 1");
    const auto head = co_await w.send("HEAD", "/x");
    CHECK(head.status == 299);
    CHECK(head.body.empty());
    const auto large = co_await w.send("POST", "/large", std::string(3 * 1024 * 1024, 'x'));
    CHECK(large.body == "POST /large? 3145728");
    co_await w.stop();
  });
}

TEST_CASE("redirects lead back through the proxy") {
  http::testing::run([](base::Executor ex) -> base::Awaitable<void> {
    World w(ex);
    const auto bare = co_await w.send("GET", "?a=b");
    CHECK(bare.status == 301);
    CHECK(bare.headers.get("Location") == "/api/v1/namespaces/d/pods/web/proxy/?a=b");
    const auto moved = co_await w.send("GET", "/moved");
    CHECK(moved.status == 302);
    CHECK(moved.headers.get("Location") == "/api/v1/namespaces/d/pods/web/proxy/elsewhere");
    co_await w.stop();
  });
}

TEST_CASE("WebSockets go through a proxy") {
  http::testing::run([](base::Executor ex) -> base::Awaitable<void> {
    World w(ex);
    http::Request request;
    request.path = "/api/v1/namespaces/d/pods/web/proxy/socket";
    auto socket = co_await w.client->websocket(std::move(request), {});
    CHECK(socket.has_value());
    if (socket) {
      const std::string text = "hello";
      co_await (*socket)->write(text);
      const auto answer = co_await (*socket)->read();
      CHECK((answer.has_value() && answer->data == "echo hello"));
    }
    co_await w.stop();
  });
}

TEST_CASE("a pod that does not answer is a 503 that says so") {
  http::testing::run([](base::Executor ex) -> base::Awaitable<void> {
    World w(ex);
    http::Request request;
    request.path = "/api/v1/namespaces/d/pods/dead/proxy/";
    const auto answer = co_await w.client->send(std::move(request));
    CHECK((answer.has_value() && answer->status == 503));
    CHECK((answer.has_value() && answer->body.starts_with("error trying to reach service: ")));
    co_await w.stop();
  });
}
