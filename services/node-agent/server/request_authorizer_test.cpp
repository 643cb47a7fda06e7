#include "node-agent/server/request_authorizer.hpp"
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include "client/testing/fake_rest_client.hpp"
#include "client/testing/run.hpp"

using namespace node_agent::server;
using namespace std::chrono_literals;
using client::testing::FakeRestClient;

namespace {

/// An authorizer and the API it asks, which allows what `allows` says.
struct Bench {
  explicit Bench(base::Executor ex) : api(std::make_shared<FakeRestClient>(ex)), authorizer(api, clock, "n") {
    api->add_reactor([this](const client::testing::Call& call) {
      ++asked;
      body = boost::json::serialize(call.body);
      boost::json::value review = call.body;
      review.as_object()["status"] = boost::json::object{{"allowed", allows}};
      return std::optional<base::Result<boost::json::value>>(std::move(review));
    });
  }
  base::Awaitable<base::Result<void>> ask(std::string user, std::string group, std::string path) {
    http::PeerCertificate peer;
    peer.common_name = std::move(user);
    peer.organizations.push_back(std::move(group));
    peer.fingerprint = "f-" + peer.common_name;
    co_return co_await authorizer.check(std::move(peer), "GET", std::move(path));
  }
  base::ManualClock clock;
  std::shared_ptr<FakeRestClient> api;
  RequestAuthorizer authorizer;
  bool allows = true;
  int asked = 0;
  std::string body;
};

void with(std::function<base::Awaitable<void>(Bench&)> body) {
  client::testing::run([&](base::Executor ex) -> base::Awaitable<void> {
    Bench bench(ex);
    co_await body(bench);
  });
}

}  // namespace

TEST_CASE("what a request counts as") {
  struct Case {
    const char *method, *path, *verb, *subresource;
  };
  for (const auto& c :
       {Case{"GET", "/stats/summary", "get", "stats"}, Case{"GET", "/metrics", "get", "metrics"},
        Case{"GET", "/metrics/resource", "get", "metrics"}, Case{"GET", "/pods", "get", "pods"},
        Case{"GET", "/healthz", "get", "healthz"}, Case{"GET", "/logs/", "get", "log"},
        Case{"GET", "/containerLogs/a/b/c", "get", "proxy"}, Case{"POST", "/exec/a/b/c", "create", "proxy"},
        Case{"GET", "/metricsx", "get", "proxy"}}) {
    const auto a = node_request_attributes("n", c.method, c.path);
    INFO(c.method << " " << c.path);
    CHECK(a.verb == c.verb);
    CHECK(a.resource == "nodes");
    CHECK(a.subresource == c.subresource);
    CHECK(a.name == "n");
  }
}

TEST_CASE("health is for all, everything else for who shows a certificate") {
  with([](Bench& b) -> base::Awaitable<void> {
    auto answer = co_await b.ask("", "", "/healthz");
    CHECK(answer.has_value());
    answer = co_await b.ask("", "", "/pods");
    REQUIRE(answer.has_error());
    CHECK(answer.error().is(base::Errc::unauthenticated));
    answer = co_await b.ask("admin", "system:masters", "/exec/a/b/c");
    CHECK(answer.has_value());
    CHECK(b.asked == 0);
  });
}

TEST_CASE("others are asked about, and the answer is kept for a while") {
  with([](Bench& b) -> base::Awaitable<void> {
    auto answer = co_await b.ask("prometheus", "monitoring", "/metrics");
    CHECK(answer.has_value());
    CHECK(b.body.find(R"("user":"prometheus")") != std::string::npos);
    CHECK(b.body.find("system:authenticated") != std::string::npos);
    answer = co_await b.ask("prometheus", "monitoring", "/metrics/resource");
    CHECK(b.asked == 1);
    b.allows = false;
    b.clock.advance(301s);
    answer = co_await b.ask("prometheus", "monitoring", "/metrics");
    REQUIRE(answer.has_error());
    CHECK(answer.error().message ==
          "Forbidden (user=prometheus, verb=get, resource=nodes, subresource(s)=[metrics])");
    b.allows = true;
    answer = co_await b.ask("prometheus", "monitoring", "/metrics");
    CHECK(answer.has_error());
    b.clock.advance(31s);
    answer = co_await b.ask("prometheus", "monitoring", "/metrics");
    CHECK(answer.has_value());
    CHECK(b.asked == 3);
  });
}

TEST_CASE("an API that cannot be asked refuses, and nothing of it is kept") {
  with([](Bench& b) -> base::Awaitable<void> {
    b.api->fail_next("create", "subjectaccessreviews", base::Error(base::Errc::unavailable, "down"));
    auto answer = co_await b.ask("x", "y", "/pods");
    REQUIRE(answer.has_error());
    CHECK(answer.error().is(base::Errc::unavailable));
    answer = co_await b.ask("x", "y", "/pods");
    CHECK(answer.has_value());
  });
}
