#include "client/rest.hpp"
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include "api/types/core_v1.hpp"
#include "client/testing/run.hpp"
#include "http/server.hpp"

namespace client {
namespace {

using api::core::v1::ConfigMap;
using base::Awaitable;

/// A server on a free port of loopback that answers as told, and a client of it.
struct Loop {
  Loop(const base::Executor& ex, http::Handler handler) {
    server = http::Server::listen(ex, {}, std::move(handler)).value();
    Config config;
    config.servers = {"http://127.0.0.1:" + std::to_string(server->port())};
    config.bearer_token = "secret";
    rest = RestClient::create(ex, config);
  }
  std::unique_ptr<http::Server> server;
  std::shared_ptr<RestClient> rest;
};

http::Response answer(int status, std::string body) {
  http::Response r;
  r.status = status;
  r.headers.set("Content-Type", "application/json");
  r.body = std::move(body);
  return r;
}

TEST_CASE("requests carry method, path, token and body; 429 is waited out") {
  testing::run([](base::Executor ex) -> Awaitable<void> {
    std::vector<std::string> seen;
    http::Handler handler = [&](http::Exchange& e) -> Awaitable<void> {
      auto body = co_await e.read_body(1000);
      seen.push_back(e.request().method + " " + e.request().path + " " +
                     std::string(e.request().headers.get("Authorization")));
      auto r = seen.size() == 1 ? answer(429, "slow down") : answer(201, *body);
      auto sent = co_await e.respond(std::move(r));
      CHECK(sent.has_value());
    };
    Loop loop(ex, handler);
    ConfigMap c;
    c.metadata.namespace_ = "default";
    c.metadata.name = "a";
    c.data["k"] = "v";
    auto made = co_await loop.rest->create(c);
    REQUIRE(made.has_value());
    CHECK(made->data.at("k") == "v");
    const std::string line = "POST /api/v1/namespaces/default/configmaps Bearer secret";
    CHECK(seen == std::vector<std::string>{line, line});
    co_await loop.server->stop(std::chrono::milliseconds(100));
  });
}

TEST_CASE("a Status becomes an error, a server that is not there is unavailable") {
  testing::run([](base::Executor ex) -> Awaitable<void> {
    http::Handler handler = [](http::Exchange& e) -> Awaitable<void> {
      auto r = answer(404, R"({"kind":"Status","code":404,"reason":"NotFound","message":"no a"})");
      auto sent = co_await e.respond(std::move(r));
      CHECK(sent.has_value());
    };
    Loop loop(ex, handler);
    auto got = co_await loop.rest->get<ConfigMap>("default", "a");
    CHECK(got.error().is(base::Errc::not_found));
    CHECK(got.error().message == "no a");
    co_await loop.server->stop(std::chrono::milliseconds(100));
    got = co_await loop.rest->get<ConfigMap>("default", "a");
    CHECK(got.error().is(base::Errc::unavailable));
  });
}

TEST_CASE("a watch hands out events until the server ends it; a refusal is an error") {
  testing::run([](base::Executor ex) -> Awaitable<void> {
    http::Handler handler = [](http::Exchange& e) -> Awaitable<void> {
      if (e.request().raw_query.find("resourceVersion=1&") != std::string::npos) {
        auto r = answer(410, R"({"kind":"Status","code":410,"reason":"Expired","message":"too old"})");
        auto sent = co_await e.respond(std::move(r));
        CHECK(sent.has_value());
        co_return;
      }
      http::Headers headers;
      auto writer = co_await e.start(200, headers);
      for (auto piece : {R"({"type":"ADDED","object":{"meta)",
                         "data\":{\"name\":\"a\"}}}\n{\"type\":\"BOOKMARK\",", "\"object\":{}}\n"}) {
        std::vector<http::SharedBytes> bytes;
        bytes.push_back(http::make_bytes(piece));
        auto written = co_await (*writer)->write(std::move(bytes));
        CHECK(written.has_value());
      }
      auto finished = co_await (*writer)->finish();
      CHECK(finished.has_value());
    };
    Loop loop(ex, handler);
    WatchOptions o;
    o.resource_version = "5";
    const auto& r = api::resource_of<ConfigMap>();
    auto watch = co_await loop.rest->watch(r, "", o);
    REQUIRE(watch.has_value());
    auto event = co_await (*watch)->next();
    REQUIRE(event.has_value());
    CHECK(event->object.at("metadata").at("name") == "a");
    event = co_await (*watch)->next();
    CHECK(event->type == "BOOKMARK");
    event = co_await (*watch)->next();
    CHECK(event.error().is(base::Errc::unavailable));
    o.resource_version = "1";
    auto refused = co_await loop.rest->watch(r, "", o);
    CHECK(refused.error().is(base::Errc::expired));
    watch->reset();
    co_await loop.server->stop(std::chrono::milliseconds(100));
  });
}

}  // namespace
}  // namespace client
