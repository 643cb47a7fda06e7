#include "node-agent/objects/tokens.hpp"
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include "api/types/authentication_v1.hpp"
#include "client/testing/fake_rest_client.hpp"
#include "client/testing/run.hpp"

using namespace node_agent::objects;
using namespace std::chrono_literals;
namespace core = api::core::v1;
namespace auth = api::authentication::v1;

namespace {

/// Answers token requests with "token-1", "token-2", ... that live as long as was asked for.
struct Issuer {
  explicit Issuer(base::Executor ex, const base::Clock& clock)
      : api(std::make_shared<client::testing::FakeRestClient>(ex)) {
    api->add_reactor(
        [this, &clock](const client::testing::Call& c) -> std::optional<base::Result<boost::json::value>> {
          if (c.subresource != "token") return std::nullopt;
          if (down) return base::Error(base::Errc::unavailable, "down");
          last = api::from_json<auth::TokenRequest>(c.body).value();
          account = c.ns + "/" + c.name;
          auto answer = last;
          answer.status.token = "token-" + std::to_string(++count);
          answer.status.expiration_timestamp.at =
              clock.now() + std::chrono::seconds(*last.spec.expiration_seconds);
          return api::to_json(answer);
        });
  }
  std::shared_ptr<client::testing::FakeRestClient> api;
  bool down = false;
  int count = 0;
  auth::TokenRequest last;
  std::string account;
};

std::shared_ptr<const core::Pod> pod() {
  return std::make_shared<const core::Pod>(
      api::parse<core::Pod>(
          R"({"metadata":{"name":"web","namespace":"ns","uid":"u1"},"spec":{"serviceAccountName":"robot"}})")
          .value());
}

}  // namespace

TEST_CASE("a token is bound to its pod, kept, and renewed at 80 % of its life") {
  client::testing::run([](base::Executor ex) -> base::Awaitable<void> {
    base::ManualClock clock;
    Issuer issuer(ex, clock);
    Tokens tokens(issuer.api, clock);
    auto token = co_await tokens.token(pod(), "vault", 3600);
    REQUIRE(token.has_value());
    CHECK(*token == "token-1");
    CHECK(issuer.account == "ns/robot");
    CHECK(issuer.last.spec.audiences == std::vector<std::string>{"vault"});
    CHECK(issuer.last.spec.bound_object_ref->uid == "u1");

    clock.advance(2879s);
    token = co_await tokens.token(pod(), "vault", 3600);
    CHECK(*token == "token-1");
    clock.advance(1s);
    issuer.down = true;
    token = co_await tokens.token(pod(), "vault", 3600);
    CHECK(*token == "token-1");
    issuer.down = false;
    token = co_await tokens.token(pod(), "vault", 3600);
    CHECK(*token == "token-2");

    issuer.down = true;
    clock.advance(3600s);
    token = co_await tokens.token(pod(), "vault", 3600);
    REQUIRE_FALSE(token.has_value());
    CHECK(token.error().message == "down");
  });
}

TEST_CASE("tokens of other audiences and lives are others; those of a pod that has gone are forgotten") {
  client::testing::run([](base::Executor ex) -> base::Awaitable<void> {
    base::ManualClock clock;
    Issuer issuer(ex, clock);
    Tokens tokens(issuer.api, clock);
    auto a = co_await tokens.token(pod(), "", 3600);
    CHECK(issuer.last.spec.audiences.empty());
    auto b = co_await tokens.token(pod(), "", 600);
    CHECK(*a != *b);
    tokens.forget("u1");
    a = co_await tokens.token(pod(), "", 3600);
    CHECK(*a == "token-3");
    // A day is the most a token is used, however long it lives.
    auto old = co_await tokens.token(pod(), "", 1'000'000);
    clock.advance(24h);
    auto renewed = co_await tokens.token(pod(), "", 1'000'000);
    CHECK(*old != *renewed);
  });
}
