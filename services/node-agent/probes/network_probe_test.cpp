#include "node-agent/probes/network_probe.hpp"
#include <catch2/catch.hpp>
#include "api/types/core_v1.hpp"
#include "client/testing/run.hpp"
#include "http/server.hpp"

using namespace node_agent::probes;
using namespace std::chrono_literals;
namespace core = api::core::v1;

namespace {

HttpTarget target(const std::string& action) {
  core::Container c;
  c.ports.emplace_back();
  c.ports[0].name = "web";
  c.ports[0].container_port = 8080;
  return http_target(api::parse<core::HTTPGetAction>(action).value(), c, "127.1.0.2").value();
}

/// Answers "/<status>" with that status; "/to/<place>" redirects; "/headers" fails without ours.
base::Awaitable<void> answer(http::Exchange& x) {
  http::Response r;
  const auto& path = x.request().path;
  if (path.starts_with("/to/")) {
    r.status = 302;
    r.headers.set("Location", path.substr(3));
  } else if (path == "/away") {
    r.status = 302;
    r.headers.set("Location", "http://example.test/");
  } else if (path == "/headers") {
    const bool good = x.request().headers.get("Host") == "me" && x.request().headers.get("X-A") == "b";
    r.status = good ? 200 : 400;
  } else {
    r.status = std::stoi(path.substr(1));
  }
  auto sent = co_await x.respond(std::move(r));
  base::ignore_error(std::move(sent));
}

}  // namespace

TEST_CASE("ports are found by name or number") {
  CHECK(target(R"({"port":"web","path":"healthz?x=1"})").url() == "http://127.1.0.2:8080/healthz?x=1");
  CHECK(target(R"({"port":81,"scheme":"HTTPS","host":"::1"})").url() == "https://[::1]:81/");
  core::Container c;
  CHECK(resolve_port(api::IntOrString("none"), c).has_error());
  CHECK(resolve_port(api::IntOrString(70000), c).has_error());
  CHECK(resolve_port(api::IntOrString("443"), c).value() == 443);
}

TEST_CASE("redirects are followed on the same host only") {
  const auto t = target(R"({"port":"web","path":"/a/b"})");
  CHECK(local_redirect(t, "c") == "http://127.1.0.2:8080/a/c");
  CHECK(local_redirect(t, "https://127.1.0.2/x") == "https://127.1.0.2/x");
  CHECK(local_redirect(t, "http://other/x").empty());
  CHECK(local_redirect(t, "\x01").empty());
}

TEST_CASE("http and tcp attempts against a server") {
  client::testing::run([](base::Executor ex) -> base::Awaitable<void> {
    http::ServerOptions options;
    auto server = http::Server::listen(ex, std::move(options), answer).value();
    const auto attempt = [&](const std::string& path) {
      auto t = target(R"({"port":)" + std::to_string(server->port()) + R"(,"host":"127.0.0.1","path":")" +
                      path + R"(","httpHeaders":[{"name":"Host","value":"me"},{"name":"X-A","value":"b"}]})");
      return http_probe(ex, std::move(t), 5s);
    };
    auto a = co_await attempt("/200");
    CHECK(a.outcome == Outcome::success);
    a = co_await attempt("/503");
    CHECK(a.outcome == Outcome::failure);
    CHECK(a.message == "HTTP probe failed with statuscode: 503");
    a = co_await attempt("/headers");
    CHECK(a.outcome == Outcome::success);
    a = co_await attempt("/to/500");
    CHECK(a.outcome == Outcome::failure);
    a = co_await attempt("/away");
    CHECK(a.outcome == Outcome::success);
    const auto port = server->port();
    a = co_await tcp_probe("127.0.0.1", port, 1s);
    CHECK(a.outcome == Outcome::success);
    co_await server->stop(0ms);
    server.reset();
    a = co_await tcp_probe("127.0.0.1", port, 1s);
    CHECK(a.message == "dial tcp 127.0.0.1:" + std::to_string(port) + ": connect: connection refused");
    auto t = target(R"({"host":"127.0.0.1","path":"/x","port":)" + std::to_string(port) + "}");
    a = co_await http_probe(ex, std::move(t), 1s);
    CHECK(a.outcome == Outcome::failure);
    CHECK(a.message.ends_with("connect: connection refused"));
  });
}
