#include "node-agent/server/node_server.hpp"
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include "base/random.hpp"
#include "client/testing/run.hpp"
#include "http/client.hpp"
#include "http/testing.hpp"
#include "node-agent/server/fake_backend.hpp"

using namespace node_agent::server;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

/// A server on a free port, with a client that shows a certificate.
struct Bench {
  explicit Bench(base::Executor ex) : backend(ex), node(backend, ex, health, registry) {
    http::ServerOptions options;
    options.tls = certificates.server();
    server = http::Server::listen(ex, std::move(options), [this](http::Exchange& x) {
               return node.handle(x);
             }).value();
    http::ClientOptions client_options;
    client_options.endpoints.push_back("https://127.0.0.1:" + std::to_string(server->port()));
    client_options.tls = certificates.client(certificates.issue("kube-apiserver"));
    client = http::Client::create(ex, std::move(client_options));
    std::ofstream(log) << "2026-01-01T00:00:01Z stdout F hello\n";
    backend.log_path = log;
  }
  ~Bench() { fs::remove(log); }

  http::testing::Certificates certificates;
  const fs::path log = fs::temp_directory_path() / ("node-server-test-" + base::random_name_suffix(8));
  frame::Health health;
  base::metrics::Registry registry;
  testing::FakeBackend backend;
  NodeServer node;
  std::unique_ptr<http::Server> server;
  std::shared_ptr<http::Client> client;

  static http::Request request(std::string path, std::string query) {
    http::Request r;
    r.path = std::move(path);
    r.raw_query = std::move(query);
    return r;
  }
  base::Awaitable<http::Response> get(std::string path, std::string query = {}) {
    auto r = request(std::move(path), std::move(query));
    auto answer = co_await client->send(std::move(r));
    co_return answer ? std::move(*answer) : http::Response{.status = 0};
  }
  base::Awaitable<base::Result<std::unique_ptr<http::WebSocket>>> open(std::string path, std::string query,
                                                                       std::string protocol) {
    auto r = request(std::move(path), std::move(query));
    std::vector<std::string> offer{std::move(protocol)};
    co_return co_await client->websocket(std::move(r), std::move(offer));
  }
};

void with(std::function<base::Awaitable<void>(Bench&)> body) {
  client::testing::run([&](base::Executor ex) -> base::Awaitable<void> {
    Bench bench(ex);
    co_await body(bench);
    bench.client->close();
    co_await bench.server->stop(1s);
  });
}

struct Case {
  const char *path, *query;
  int status;
  const char* body;
};

}  // namespace

TEST_CASE("what a node answers, and what it refuses") {
  with([](Bench& b) -> base::Awaitable<void> {
    const std::vector<Case> cases = {
        {"/healthz", "", 200, "ok"},
        {"/pods", "", 200, "PodList"},
        {"/runningpods/", "", 200, "PodList"},
        {"/metrics", "", 200, "process_"},
        {"/metrics/resource", "", 200, "scrape_error 0"},
        {"/containerLogs/default/web/web", "", 200, "hello"},
        {"/containerLogs/default/web/web", "timestamps=true", 200, "2026-01-01T00:00:01Z hello"},
        {"/containerLogs/default/gone/web", "", 404, "pod \"gone\" does not exist"},
        {"/containerLogs/default/web/side", "", 404, "container \"side\" not found in pod \"web\""},
        {"/containerLogs/default/web/web", "previous=true", 400, "previous terminated container"},
        {"/containerLogs/default/web/web", "tailLines=-1", 400, "tailLines"},
        {"/containerLogs/default/web/web", "tailLines=many", 400, "tailLines"},
        {"/containerLogs/default/web", "", 404, "404 page not found"},
        {"/containerLogs", "", 404, "404 page not found"},
        {"/exec/default/web/web", "command=ls&output=1", 400, "Upgrade request required"},
        {"/attach/default/web/web", "output=1", 400, "Upgrade request required"},
        {"/portForward/default/web", "port=80", 400, "Upgrade request required"},
        {"/exec/default", "", 404, "404 page not found"},
        {"/", "", 404, "404 page not found"},
        {"//", "", 404, "404 page not found"},
        {"/%zz/%", "", 404, "404 page not found"},
        {"/nothing/of/that", "", 404, "404 page not found"},
    };
    for (const auto& c : cases) {
      const auto answer = co_await b.get(c.path, c.query);
      INFO(c.path << "?" << c.query << " -> " << answer.body);
      CHECK(answer.status == c.status);
      CHECK(answer.body.find(c.body) != std::string::npos);
    }
    CHECK(b.backend.calls == std::vector<std::string>{"collect"});
    CHECK(b.backend.peer == "kube-apiserver");
  });
}

TEST_CASE("who may not ask gets no further") {
  with([](Bench& b) -> base::Awaitable<void> {
    b.backend.authorized = base::Error(base::Errc::unauthenticated, "Unauthorized");
    auto answer = co_await b.get("/pods");
    CHECK(answer.status == 401);
    b.backend.authorized = base::Error(base::Errc::permission_denied, "Forbidden (user=x)");
    answer = co_await b.get("/containerLogs/default/web/web");
    CHECK(answer.status == 403);
    CHECK(answer.body == "Forbidden (user=x)\n");
    const auto refused = co_await b.open("/exec/default/web/web", "command=ls&output=1", "v5.channel.k8s.io");
    CHECK(refused.has_error());
    CHECK(b.backend.calls.empty());
  });
}

TEST_CASE("exec: command, input, resize, both outputs, and the exit code as a Status") {
  with([](Bench& b) -> base::Awaitable<void> {
    auto opened = co_await b.open("/exec/default/web/u1/web",
                                  "command=sh&command=-c&command=exit%203&input=1&output=1&error=1&tty=1",
                                  "v5.channel.k8s.io");
    REQUIRE(opened.has_value());
    auto& socket = **opened;
    CHECK(b.backend.calls.at(0) == "exec sh -c exit 3 tty");
    auto& process = *b.backend.process;
    auto sent = co_await socket.write(std::string("\0typed", 6));
    sent = co_await socket.write("\x04{\"Width\":80,\"Height\":24}");
    sent = co_await socket.write(std::string("\xff\0", 2));  // v5: stdin is closed.
    bool ok = co_await client::testing::eventually([&] { return process.input_closed; });
    CHECK(ok);
    CHECK(process.heard == "typed");
    CHECK(process.width == 80);
    process.say(ProcessStream::Output::Kind::out, "out");
    process.say(ProcessStream::Output::Kind::err, "err");
    process.end(3);
    std::vector<std::string> got;
    while (auto message = co_await socket.read())
      got.push_back(std::move(message->data));
    REQUIRE(got.size() == 3);
    CHECK(got[0] == "\x01out");
    CHECK(got[1] ==
          "\x02"
          "err");
    CHECK(got[2].starts_with("\x03{"));
    CHECK(got[2].find("NonZeroExitCode") != std::string::npos);
    CHECK(got[2].find(R"("message":"3")") != std::string::npos);
  });
}

TEST_CASE("exec: what is refused before the upgrade") {
  with([](Bench& b) -> base::Awaitable<void> {
    auto refused = co_await b.open("/exec/default/web/side", "command=ls&output=1", "v5.channel.k8s.io");
    REQUIRE(refused.has_error());
    CHECK(refused.error().message.find("404") != std::string::npos);
    refused = co_await b.open("/exec/default/web/web", "command=ls", "v5.channel.k8s.io");
    REQUIRE(refused.has_error());
    CHECK(refused.error().message.find("400") != std::string::npos);
    refused = co_await b.open("/exec/default/web/web", "command=ls&output=1", "v9.unknown");
    CHECK(refused.has_error());
    CHECK(b.backend.process->abandoned);
  });
}

TEST_CASE("a client that goes away abandons the process") {
  with([](Bench& b) -> base::Awaitable<void> {
    auto opened = co_await b.open("/attach/default/web/web", "output=1", "v4.channel.k8s.io");
    REQUIRE(opened.has_value());
    co_await (*opened)->close();
    const bool ok = co_await client::testing::eventually([&] { return b.backend.process->abandoned; });
    CHECK(ok);
    CHECK(b.backend.process->input_closed);  // No stdin was asked for.
    b.backend.process->end(0);
  });
}

TEST_CASE("forwarded ports: announced, carried both ways, refused ones say why") {
  with([](Bench& b) -> base::Awaitable<void> {
    b.backend.process->echo = true;
    auto opened = co_await b.open("/portForward/default/web", "port=80,81", "v4.channel.k8s.io");
    REQUIRE(opened.has_value());
    auto& socket = **opened;
    std::vector<std::string> got;
    for (int i = 0; i < 5; ++i) {
      auto message = co_await socket.read();
      got.push_back(message ? message->data : "");
    }
    const std::string port80("\x50\0", 2), port81("\x51\0", 2);
    CHECK(got[0] == std::string(1, '\0') + port80);
    CHECK(got[1] == "\x01" + port80);
    CHECK(got[2] == "\x02" + port81);
    CHECK(got[3] == "\x03" + port81);
    CHECK(got[4] ==
          "\x03"
          "connection refused");
    auto sent = co_await socket.write(std::string("\0hi", 3));
    auto answer = co_await socket.read();
    REQUIRE(answer.has_value());
    CHECK(answer->data == std::string("\0echo hi", 8));
    co_await socket.close();
    auto refused = co_await b.open("/portForward/default/web", "port=0", "v4.channel.k8s.io");
    CHECK(refused.has_error());
    refused = co_await b.open("/portForward/default/gone", "port=80", "v4.channel.k8s.io");
    REQUIRE(refused.has_error());
    CHECK(refused.error().message.find("404") != std::string::npos);
  });
}
