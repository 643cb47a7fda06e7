#include <catch2/catch.hpp>
#include "raft-store/gateway/testing.hpp"
#include "storage/messages_lock.hpp"

namespace raft_store::gateway {
namespace {

using testing::TestGateway;
using testing::with_gateway;

// Names and values in base64: bA== l, ZQ== e, eA== x, eQ== y; bC81 l/5, bC82 l/6, ZS81 e/5, ZS82 e/6.

base::Awaitable<void> grant(TestGateway& store, const char* id) {
  const std::string answer =
      co_await store.post("/v3/lease/grant", std::string(R"({"TTL":"60","ID":")") + id + "\"}");
  CHECK(answer.find("\"ID\"") != std::string::npos);
}

base::Awaitable<void> until(const bool& condition) {
  for (int i = 0; i < 1000 && !condition; ++i)
    co_await base::sleep_for(std::chrono::milliseconds(5));
}

TEST_CASE("a lock is handed on in the order it was asked for", "[gateway]") {
  with_gateway([](TestGateway& store) -> base::Awaitable<void> {
    co_await grant(store, "5");
    co_await grant(store, "6");
    std::string answer = co_await store.post("/v3/lock/lock", R"({"name":"bA==","lease":"5"})");
    CHECK(answer == R"({"header":{"revision":"2"},"key":"bC81"})");
    // Whoever holds it may ask again.
    answer = co_await store.post("/v3/lock/lock", R"({"name":"bA==","lease":"5"})");
    CHECK(answer == R"({"header":{"revision":"2"},"key":"bC81"})");
    bool second = false;
    std::string second_answer;
    base::TaskGroup tasks(co_await boost::asio::this_coro::executor, "test");
    tasks.spawn("second", [&]() -> base::Awaitable<void> {
      second_answer = co_await store.post("/v3/lock/lock", R"({"name":"bA==","lease":"6"})");
      second = true;
    });
    while (store.store().revision() < 3)
      co_await base::sleep_for(std::chrono::milliseconds(5));
    CHECK_FALSE(second);
    answer = co_await store.post("/v3/lock/unlock", R"({"key":"bC81"})");
    CHECK(answer == R"({"header":{"revision":"4"}})");
    co_await until(second);
    CHECK(second_answer == R"({"header":{"revision":"4"},"key":"bC82"})");
    co_await tasks.join();
    answer = co_await store.post("/v3/lock/lock", R"({"name":"bA==","lease":"99"})");
    CHECK(answer.starts_with("404 "));
  });
}

TEST_CASE("whoever waits for a lock hears of the end of its lease", "[gateway]") {
  with_gateway([](TestGateway& store) -> base::Awaitable<void> {
    co_await grant(store, "5");
    co_await grant(store, "6");
    co_await store.post("/v3/lock/lock", R"({"name":"bA==","lease":"5"})");
    bool ended = false;
    std::string waiting;
    base::TaskGroup tasks(co_await boost::asio::this_coro::executor, "test");
    tasks.spawn("second", [&]() -> base::Awaitable<void> {
      waiting = co_await store.post("/v3/lock/lock", R"({"name":"bA==","lease":"6"})");
      ended = true;
    });
    while (store.store().revision() < 3)
      co_await base::sleep_for(std::chrono::milliseconds(5));
    co_await store.post("/v3/lease/revoke", R"({"ID":"6"})");
    co_await until(ended);
    CHECK(waiting ==
          R"(500 {"error":"mutex: session is expired","code":2,"message":"mutex: session is expired"})");
    co_await tasks.join();
  });
}

TEST_CASE("an election has one leader, which may say something else and resign", "[gateway]") {
  with_gateway([](TestGateway& store) -> base::Awaitable<void> {
    co_await grant(store, "5");
    std::string answer = co_await store.post("/v3/election/leader", R"({"name":"ZQ=="})");
    CHECK(answer == R"(500 {"error":"election: no leader","code":2,"message":"election: no leader"})");
    answer = co_await store.post("/v3/election/campaign", R"({"name":"ZQ==","lease":"5","value":"eA=="})");
    const std::string leader = R"({"name":"ZQ==","key":"ZS81","rev":"2","lease":"5"})";
    CHECK(answer == R"({"header":{"revision":"2"},"leader":)" + leader + "}");
    answer = co_await store.post("/v3/election/proclaim", R"({"leader":)" + leader + R"(,"value":"eQ=="})");
    CHECK(answer == R"({"header":{"revision":"3"}})");
    answer = co_await store.post("/v3/election/leader", R"({"name":"ZQ=="})");
    CHECK(answer == R"({"header":{"revision":"3"},"kv":{"key":"ZS81","create_revision":"2",)"
                    R"("mod_revision":"3","version":"2","value":"eQ==","lease":"5"}})");
    answer = co_await store.post("/v3/election/resign", R"({"leader":)" + leader + "}");
    CHECK(answer == R"({"header":{"revision":"4"}})");
    answer = co_await store.post("/v3/election/proclaim", R"({"leader":)" + leader + R"(,"value":"eQ=="})");
    CHECK(answer == R"(500 {"error":"election: not leader","code":2,"message":"election: not leader"})");
    answer = co_await store.post("/v3/election/resign", "{}");
    CHECK(answer.starts_with("500 "));
  });
}

TEST_CASE("whoever observes an election is told its leaders", "[gateway]") {
  with_gateway([](TestGateway& store) -> base::Awaitable<void> {
    co_await grant(store, "5");
    http::Request request;
    request.method = "POST";
    request.path = "/v3/election/observe";
    request.body = R"({"name":"ZQ=="})";
    auto stream = co_await store.client()->open(std::move(request));
    REQUIRE(stream.has_value());
    co_await store.post("/v3/election/campaign", R"({"name":"ZQ==","lease":"5","value":"eA=="})");
    const auto line = co_await (*stream)->read_some();
    REQUIRE(line.has_value());
    CHECK(line->find(R"("kv":{"key":"ZS81","create_revision":"2","mod_revision":"2")") != std::string::npos);
  });
}

}  // namespace
}  // namespace raft_store::gateway
