#include "apiserver/proxy/node_proxy.hpp"
#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>
#include "http/testing.hpp"

using namespace apiserver;
using namespace apiserver::proxy;
namespace json = boost::json;

namespace {

using http::testing::Certificates;

/// An agent: two pieces of log, and an exec that echoes.
base::Awaitable<void> agent(http::Exchange& exchange) {
  const auto& path = exchange.request().path;
  if (path == "/containerLogs/default/web/app") {
    auto writer = co_await exchange.start(200, {});
    for (const auto* text : {"one\n", "two\n"}) {
      std::vector<http::SharedBytes> buffers{http::make_bytes(text)};
      co_await (*writer)->write(std::move(buffers));
    }
    co_await (*writer)->finish();
    co_return;
  }
  if (path == "/exec/default/web/app") {
    std::vector<std::string> protocols{"v5.channel.k8s.io", "v4.channel.k8s.io"};
    auto socket = co_await exchange.upgrade_websocket(std::move(protocols));
    auto message = co_await (*socket)->read();
    const std::string text = "echo " + message->data;
    co_await (*socket)->write(text);
    co_await (*socket)->close();
    co_return;
  }
  http::Response response;
  response.status = 400;
  response.body = "container \"late\" in pod \"web\" is waiting to start: ContainerCreating\n";
  co_await exchange.respond(std::move(response));
}

SharedObject pod_on(const std::string& node) {
  auto pod = json::parse(R"({"metadata":{"name":"web","namespace":"default"},
      "spec":{"containers":[{"name":"app"},{"name":"late"}]}})")
                 .as_object();
  if (!node.empty()) pod["spec"].as_object()["nodeName"] = node;
  return std::make_shared<const json::object>(std::move(pod));
}

/// An agent, a proxy to it, and a server in front: the API server's part of it.
struct World {
  Certificates certificates;
  MemoryLookup nodes;
  std::unique_ptr<http::Server> node, front;
  std::unique_ptr<NodeProxy> proxy;
  std::shared_ptr<http::Client> client;
  std::string node_name = "node-1";

  explicit World(base::Executor ex) {
    http::ServerOptions options;
    options.tls = certificates.server();
    node = http::Server::listen(ex, options, agent).value();
    auto object = json::parse(R"({"metadata":{"name":"node-1"},"status":{
        "addresses":[{"type":"InternalIP","address":"127.0.0.1"}],
        "daemonEndpoints":{"kubeletEndpoint":{"Port":0}}}})")
                      .as_object();
    object["status"].as_object()["daemonEndpoints"].as_object()["kubeletEndpoint"].as_object()["Port"] =
        node->port();
    nodes.put("", "nodes", std::move(object));
    Options proxied;
    proxied.tls = certificates.client();
    proxy = std::make_unique<NodeProxy>(ex, proxied, nodes);
    front = http::Server::listen(ex, {}, [this](http::Exchange& e) { return serve(e); }).value();
    http::ClientOptions to_front;
    to_front.endpoints = {"http://127.0.0.1:" + std::to_string(front->port())};
    client = http::Client::create(ex, to_front);
  }

  base::Awaitable<void> serve(http::Exchange& exchange) {
    auto query = http::Query::parse(exchange.request().raw_query);
    auto subresource = exchange.request().path.substr(1);
    auto pod = pod_on(node_name);
    const auto result =
        co_await proxy->serve(exchange, std::move(pod), std::move(subresource), std::move(query));
    if (result.has_value()) co_return;
    http::Response response;
    response.status = result.error().code;
    response.body = result.error().message;
    co_await exchange.respond(std::move(response));
  }

  base::Awaitable<http::Response> get(std::string path, std::string query, std::string upgrade = {}) {
    http::Request request;
    request.path = std::move(path);
    request.raw_query = std::move(query);
    if (!upgrade.empty()) {
      request.headers.add("Connection", "Upgrade");
      request.headers.add("Upgrade", upgrade);
    }
    auto response = co_await client->send(std::move(request));
    CHECK(response.has_value());
    co_return response.has_value() ? std::move(*response) : http::Response();
  }

  base::Awaitable<void> stop() {
    client->close();
    proxy->close();
    co_await front->stop(std::chrono::milliseconds(1000));
    co_await node->stop(std::chrono::milliseconds(1000));
  }
};

}  // namespace

TEST_CASE("logs are streamed; refusals keep their code and words") {
  http::testing::run([](base::Executor ex) -> base::Awaitable<void> {
    World w(ex);
    const auto log = co_await w.get("/log", "container=app");
    CHECK(log.status == 200);
    CHECK(log.body == "one\ntwo\n");
    const auto waiting = co_await w.get("/log", "container=late");
    CHECK(waiting.status == 400);
    CHECK(waiting.body == "container \"late\" in pod \"web\" is waiting to start: ContainerCreating");
    w.node_name = "";
    const auto nothing = co_await w.get("/log", "container=app");
    CHECK(nothing.status == 204);
    const auto pending = co_await w.get("/exec", "container=app&command=sh&stdout=true");
    CHECK(pending.body == "pod web does not have a host assigned");
    w.node_name = "gone";
    const auto gone = co_await w.get("/log", "container=app");
    CHECK(gone.status == 404);
    co_await w.stop();
  });
}

TEST_CASE("exec joins two WebSockets with the node's choice of protocol") {
  http::testing::run([](base::Executor ex) -> base::Awaitable<void> {
    World w(ex);
    http::Request request;
    request.path = "/exec";
    request.raw_query = "container=app&command=sh&stdin=true";
    std::vector<std::string> protocols{"v5.channel.k8s.io"};
    auto socket = co_await w.client->websocket(std::move(request), std::move(protocols));
    CHECK(socket.has_value());
    if (socket) {
      CHECK((*socket)->subprotocol() == "v5.channel.k8s.io");
      const std::string text = "hello";
      co_await (*socket)->write(text);
      const auto answer = co_await (*socket)->read();
      CHECK((answer.has_value() && answer->data == "echo hello"));
      const auto end = co_await (*socket)->read();
      CHECK(end.has_error());
    }
    const auto plain = co_await w.get("/exec", "container=app&command=sh&stdin=true");
    CHECK(plain.status == 400);
    const auto spdy = co_await w.get("/exec", "container=app&command=sh&stdin=true", "SPDY/3.1");
    CHECK(spdy.body.find("only WebSocket") != std::string::npos);
    co_await w.stop();
  });
}
