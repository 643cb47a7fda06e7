#include "node-agent/service/node.hpp"
#include <catch2/catch.hpp>
#include "client/testing/fake_rest_client.hpp"
#include "client/testing/run.hpp"
#include "http/testing.hpp"
#include "node-agent/runtime/hollow/hollow_runtime.hpp"
#include "node-agent/service/node_backend.hpp"

using namespace node_agent;
using namespace std::chrono_literals;
using client::testing::eventually;
namespace core = api::core::v1;

namespace {

/// A hollow node with an API server in memory. The runtime outlives the node, as containers do.
struct Bench {
  explicit Bench(base::Executor executor)
      : ex(executor),
        api(std::make_shared<client::testing::FakeRestClient>(executor)),
        metrics(registry),
        runtime(std::make_shared<runtime::hollow::HollowRuntime>(base::Clock::real(), "10.1.0.0/24")) {}

  void start() {
    NodeConfig config;
    config.settings.name = "n";
    config.settings.ip = "127.0.0.1";
    config.settings.runtime_version = "hollow://1";
    config.reporter.root_dir = "/";
    config.host.host_ips = {"127.0.0.1"};
    NodeContext context{ex, ex, api, base::Clock::real(), metrics};
    node = std::make_unique<Node>(std::move(context), std::move(config), runtime);
    node->start();
  }
  base::Awaitable<void> stop() {
    co_await node->stop();
    node.reset();
  }

  core::Pod bound(const std::string& name, const std::string& uid) {
    auto pod = api::parse<core::Pod>(R"({"spec":{"containers":[{"name":"web","image":"i"}]}})").value();
    pod.metadata.name = name;
    pod.metadata.namespace_ = "default";
    pod.metadata.uid = uid;
    pod.spec.node_name = "n";
    pod.status.phase = "Pending";
    return api->put(pod);
  }
  bool ready(const std::string& name) const {
    const auto pod = api->find<core::Pod>("default", name);
    if (!pod || pod->status.phase != "Running") return false;
    for (const auto& c : pod->status.conditions)
      if (c.type == "Ready") return c.status == "True";
    return false;
  }
  std::string container_id(const std::string& name) const {
    return api->find<core::Pod>("default", name)->status.container_statuses.at(0).container_id;
  }
  bool gone(const std::string& name) const { return !api->find<core::Pod>("default", name); }
  bool node_ready() const {
    const auto object = api->find<core::Node>("", "n");
    if (!object) return false;
    for (const auto& c : object->status.conditions)
      if (c.type == "Ready") return c.status == "True";
    return false;
  }
  base::Awaitable<std::size_t> containers() {
    auto list = co_await runtime->list_containers("");
    co_return list->size();
  }

  base::Executor ex;
  std::shared_ptr<client::testing::FakeRestClient> api;
  base::metrics::Registry registry;
  AgentMetrics metrics;
  std::shared_ptr<runtime::hollow::HollowRuntime> runtime;
  std::unique_ptr<Node> node;
};

void with(std::function<base::Awaitable<void>(Bench&)> body) {
  client::testing::run([&](base::Executor ex) -> base::Awaitable<void> {
    Bench bench(ex);
    bench.start();
    co_await body(bench);
    if (bench.node) co_await bench.stop();
  });
}

/// The server of `node` on a free port, and a client of it.
struct Served {
  explicit Served(Bench& b)
      : backend(b.ex, b.ex, server::RequestAuthorizer(b.api, base::Clock::real(), "n"), {b.node.get()},
                b.metrics),
        node_server(backend, b.ex, health, b.registry) {
    http::ServerOptions options;
    options.tls = certificates.server();
    server = http::Server::listen(b.ex, std::move(options), [this](http::Exchange& x) {
               return node_server.handle(x);
             }).value();
    http::ClientOptions client_options;
    client_options.endpoints.push_back("https://127.0.0.1:" + std::to_string(server->port()));
    client_options.tls = certificates.client(certificates.issue("tester"));
    client = http::Client::create(b.ex, std::move(client_options));
    b.api->add_reactor([](const client::testing::Call& c) -> std::optional<base::Result<boost::json::value>> {
      if (c.resource != "subjectaccessreviews") return std::nullopt;
      auto review = api::from_json<api::authorization::v1::SubjectAccessReview>(c.body).value();
      review.status.allowed = true;
      return base::Result<boost::json::value>(api::to_json(review));
    });
  }
  base::Awaitable<std::string> get(std::string path) {
    http::Request request;
    request.path = std::move(path);
    auto answer = co_await client->send(std::move(request));
    co_return answer ? std::to_string(answer->status) + " " + answer->body : answer.error().message;
  }
  http::testing::Certificates certificates;
  frame::Health health;
  NodeBackend backend;
  server::NodeServer node_server;
  std::unique_ptr<http::Server> server;
  std::shared_ptr<http::Client> client;
};

}  // namespace

TEST_CASE("a node registers, and a pod bound to it becomes ready and is deleted with grace") {
  with([](Bench& b) -> base::Awaitable<void> {
    bool ok = co_await eventually([&] { return b.node_ready() && b.node->synced(); });
    REQUIRE(ok);
    b.bound("web", "u1");
    ok = co_await eventually([&] { return b.ready("web"); });
    CHECK(ok);
    CHECK(b.container_id("web").starts_with("hollow://"));
    client::DeleteOptions options;
    options.grace_period_seconds = 1;
    auto removed = co_await b.api->remove<core::Pod>("default", "web", std::move(options));
    CHECK(removed.has_value());
    ok = co_await eventually([&] { return b.gone("web"); });
    CHECK(ok);
    const auto left = co_await b.containers();
    CHECK(left == 0);
    const auto text = b.registry.expose();
    CHECK(text.find("kubelet_pod_start_duration_seconds_count 1") != std::string::npos);
    CHECK(text.find("kubelet_node_name{node=\"n\"} 1") != std::string::npos);
    CHECK(text.find("kubelet_runtime_operations_total{operation_type=\"start_container\"} 1") !=
          std::string::npos);
  });
}

TEST_CASE("a restart of the agent keeps containers and readiness") {
  with([](Bench& b) -> base::Awaitable<void> {
    b.bound("web", "u1");
    bool ok = co_await eventually([&] { return b.ready("web"); });
    REQUIRE(ok);
    const auto id = b.container_id("web");
    co_await b.stop();
    auto left = co_await b.containers();
    CHECK(left == 1);
    b.api->forget_calls();
    b.start();
    ok = co_await eventually([&] { return b.node->synced() && b.node->pods().count().running == 1; });
    CHECK(ok);
    CHECK(b.container_id("web") == id);
    left = co_await b.containers();
    CHECK(left == 1);
    for (const auto& call : b.api->calls())
      CHECK_FALSE((call.resource == "pods" && call.subresource == "status"));  // It never was not ready.
  });
}

TEST_CASE("what was deleted while the agent was down is ended when it is back") {
  with([](Bench& b) -> base::Awaitable<void> {
    for (const std::string name : {"asked", "orphan", "stays"})
      b.bound(name, "u-" + name);
    bool ok = co_await eventually([&] { return b.ready("asked") && b.ready("orphan") && b.ready("stays"); });
    REQUIRE(ok);
    co_await b.stop();
    client::DeleteOptions polite, forced;
    polite.grace_period_seconds = 1;
    forced.grace_period_seconds = 0;
    auto removed = co_await b.api->remove<core::Pod>("default", "asked", std::move(polite));
    removed = co_await b.api->remove<core::Pod>("default", "orphan", std::move(forced));
    CHECK((!b.gone("asked") && b.gone("orphan")));
    b.start();
    ok = co_await eventually([&] { return b.gone("asked"); });
    CHECK(ok);
    std::size_t left = 99;
    for (int i = 0; i < 500 && left != 1; ++i) {
      left = co_await b.containers();
      co_await base::sleep_for(10ms);
    }
    CHECK(left == 1);
    CHECK(b.ready("stays"));
  });
}

TEST_CASE("logs, exec, pods and metrics through the node's server") {
  with([](Bench& b) -> base::Awaitable<void> {
    b.bound("web", "u1");
    bool ok = co_await eventually([&] { return b.ready("web"); });
    REQUIRE(ok);
    Served served(b);
    auto answer = co_await served.get("/containerLogs/default/web/web");
    CHECK(answer == "200 ");
    answer = co_await served.get("/containerLogs/default/web/side");
    CHECK(answer == "404 container \"side\" not found in pod \"web\"\n");
    answer = co_await served.get("/containerLogs/default/other/web");
    CHECK(answer == "404 pod \"other\" does not exist\n");
    answer = co_await served.get("/pods");
    CHECK(answer.find(R"("phase":"Running")") != std::string::npos);
    answer = co_await served.get("/metrics");
    CHECK(answer.find("kubelet_running_pods 1") != std::string::npos);
    CHECK(answer.find("kubelet_running_containers{container_state=\"running\"} 1") != std::string::npos);
    answer = co_await served.get("/metrics/resource");
    CHECK(answer.find("pod=\"web\"") != std::string::npos);
    http::Request request;
    request.path = "/exec/default/web/web";
    request.raw_query = "command=true&output=1&error=1";
    std::vector<std::string> offer{"v5.channel.k8s.io"};
    auto socket = co_await served.client->websocket(request, offer);
    REQUIRE(socket.has_value());
    auto message = co_await (*socket)->read();
    REQUIRE(message.has_value());
    CHECK(message->data.find(R"("status":"Success")") != std::string::npos);
    co_await (*socket)->close();
    request.path = "/exec/default/web/side";
    auto refused = co_await served.client->websocket(request, offer);
    REQUIRE(refused.has_error());
    CHECK(refused.error().message.find("container not found (\"side\")") != std::string::npos);
    served.client->close();
    co_await served.server->stop(1s);
  });
}
