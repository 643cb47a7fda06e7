#include "controllers/identity/service_account_client.hpp"
#include <catch2/catch.hpp>
#include "api/types/core_v1.hpp"
#include "client/testing/fake_rest_client.hpp"
#include "client/testing/run.hpp"

namespace controllers::identity {
namespace {

using api::core::v1::Pod;
using api::core::v1::ServiceAccount;
using client::testing::Call;
using client::testing::FakeRestClient;
using namespace std::chrono_literals;

/// Answers TokenRequests with "token-1", "token-2" ... that live for an hour.
FakeRestClient::Reactor token_giver(std::shared_ptr<FakeRestClient> api, const base::Clock& clock) {
  auto count = std::make_shared<int>(0);
  std::weak_ptr<FakeRestClient> weak = api;
  return [weak, count, &clock](const Call& c) -> std::optional<base::Result<boost::json::value>> {
    if (c.subresource != "token") return std::nullopt;
    if (!weak.lock()->find<ServiceAccount>("kube-system", c.name))
      return base::Error(base::Errc::not_found, "serviceaccounts not found");
    boost::json::object status{{"token", "token-" + std::to_string(++*count)},
                               {"expirationTimestamp", base::format_rfc3339(clock.now() + 1h)}};
    return boost::json::value(boost::json::object{{"status", status}});
  };
}

}  // namespace

TEST_CASE("a token is asked for once, and again before it ends") {
  client::testing::run([](base::Executor ex) -> base::Awaitable<void> {
    base::ManualClock clock;
    const auto root = std::make_shared<FakeRestClient>(ex);
    root->add_reactor(token_giver(root, clock));
    std::vector<std::string> tokens;
    const Connect connect = [&](std::string token) {
      tokens.push_back(std::move(token));
      return root;
    };
    const auto c = as_service_account(ex, root, "deployment-controller", connect, clock);
    std::string ns = "default", name = "none";
    auto got = co_await c->get<Pod>(ns, name);
    CHECK(got.error().is(base::Errc::not_found));
    CHECK(root->find<ServiceAccount>("kube-system", "deployment-controller"));
    got = co_await c->get<Pod>(ns, name);
    CHECK(tokens == std::vector<std::string>{"token-1"});
    clock.advance(48min);
    got = co_await c->get<Pod>(ns, name);
    CHECK(tokens == std::vector<std::string>{"token-1", "token-2"});
    // Refused while the old one still lives: go on with it.
    clock.advance(50min);
    root->fail_next("create", "serviceaccounts", base::Error(base::Errc::unavailable, "down"));
    got = co_await c->get<Pod>(ns, name);
    CHECK(got.error().is(base::Errc::not_found));
  });
}

TEST_CASE("without a token calls fail with the reason") {
  client::testing::run([](base::Executor ex) -> base::Awaitable<void> {
    base::ManualClock clock;
    const auto root = std::make_shared<FakeRestClient>(ex);
    root->fail_next("create", "serviceaccounts", base::Error(base::Errc::unavailable, "down"));
    const Connect connect = [root](std::string) { return root; };
    const auto c = as_service_account(ex, root, "a", connect, clock);
    std::string ns = "default", name = "none";
    const auto got = co_await c->get<Pod>(ns, name);
    CHECK(got.error().is(base::Errc::unavailable));
  });
}

}  // namespace controllers::identity
