#include "storage/remote_store.hpp"
#include <catch2/catch.hpp>
#include <deque>
#include "http/testing.hpp"
#include "storage/codec.hpp"
#include "storage/convert.hpp"
#include "storage/errors.hpp"

/// Which endpoint is asked when, and what is asked again. What the answers mean: the gateway's
/// remote_store_test.cpp.
namespace storage {
namespace {

using namespace std::chrono_literals;
using base::Errc;

/// A member that does what it is told, in order; then it answers with what it was given last.
class FakeMember final : public http::Client {
 public:
  using Answer = base::Result<http::Response>;
  std::deque<Answer> answers;
  bool hangs = false;  ///< Accepts and never answers.
  int asked = 0;       ///< Without questions for a sign of life.

  base::Awaitable<Answer> send(http::Request request) override { return send(std::move(request), 10s); }
  base::Awaitable<Answer> send(http::Request request, std::chrono::milliseconds timeout) override {
    if (!is_probe(request)) ++asked;
    if (hangs) {
      const bool slept = co_await base::sleep_for(timeout);
      co_return base::Error(slept ? Errc::deadline_exceeded : Errc::cancelled, "no answer in time");
    }
    if (is_probe(request)) co_return http::Response();
    Answer answer = answers.front();
    if (answers.size() > 1) answers.pop_front();
    co_return answer;
  }
  base::Awaitable<base::Result<std::unique_ptr<http::ResponseStream>>> open(http::Request) override {
    co_return base::Error(Errc::unsupported, "");
  }
  base::Awaitable<base::Result<std::unique_ptr<http::RequestStream>>> open_duplex(http::Request) override {
    co_return base::Error(Errc::unavailable, "refused");
  }
  base::Awaitable<base::Result<std::unique_ptr<http::WebSocket>>> websocket(
      http::Request, std::vector<std::string>) override {
    co_return base::Error(Errc::unsupported, "");
  }
  void prefer(const std::string&) override {}
  void close() override {}

 private:
  static bool is_probe(const http::Request& request) {
    return request.body.find("health") != std::string::npos;
  }
};

FakeMember::Answer txn_answer(bool succeeded) {
  wire::TxnResponse message;
  message.header.revision = 7;
  message.succeeded = succeeded;
  http::Response response;
  response.headers.set("Content-Type", "application/x-protobuf");
  response.body = wire::encode_proto(message);
  return response;
}

FakeMember::Answer range_answer(Revision revision) {
  wire::RangeResponse message;
  message.header.revision = revision;
  http::Response response;
  response.headers.set("Content-Type", "application/x-protobuf");
  response.body = wire::encode_proto(message);
  return response;
}

FakeMember::Answer no_leader() {
  wire::ErrorResponse message;
  message.code = 14;
  message.error = message.message = errors::no_leader().message;
  http::Response response;
  response.status = 503;
  response.headers.set("Content-Type", "application/x-protobuf");
  response.body = wire::encode_proto(message);
  return response;
}

FakeMember::Answer lost() {
  return base::Error(Errc::unknown_outcome, "closed by the peer");
}
FakeMember::Answer refused() {
  return base::Error(Errc::unavailable, "connection refused");
}

struct Members {
  std::vector<std::shared_ptr<FakeMember>> all;
  RemoteStoreOptions options;
  explicit Members(std::vector<std::deque<FakeMember::Answer>> answers) {
    for (auto& its : answers) {
      all.push_back(std::make_shared<FakeMember>());
      all.back()->answers = std::move(its);
    }
    options.request_timeout = 2s;
    options.health = {30ms, 40ms, 10ms, 200ms};
  }
  RemoteStore store() const {
    std::vector<RemoteEndpoint> endpoints;
    for (const auto& member : all)
      endpoints.push_back({"https://member", member});
    return RemoteStore(std::move(endpoints), options);
  }
  std::vector<int> asked() const {
    std::vector<int> out;
    for (const auto& member : all)
      out.push_back(member->asked);
    return out;
  }
};

RangeRequest key(std::string name) {
  RangeRequest request;
  request.key = std::move(name);
  return request;
}

/// "a" becomes `value` if its mod_revision is `guard`.
TxnRequest guarded_put(Revision guard) {
  TxnRequest request;
  Compare compare;
  compare.key = "a";
  compare.number = guard;
  request.compares = {compare};
  Operation put, get;
  put.put = {"a", "value"};
  get.kind = Operation::Kind::range;
  get.range.key = "a";
  request.success = {put};
  request.failure = {get};
  return request;
}

std::string show(const base::Result<TxnResponse>& response) {
  if (!response) return response.error().is(Errc::unknown_outcome) ? "unknown" : response.error().message;
  return response->succeeded ? "succeeded" : "failed";
}

void run(std::function<base::Awaitable<void>()> body) {
  http::testing::run([body](base::Executor) -> base::Awaitable<void> { co_await body(); });
}

TEST_CASE("what was not done is tried at the next member at once", "[storage]") {
  run([]() -> base::Awaitable<void> {
    Members members({{refused()}, {no_leader()}, {range_answer(5)}});
    auto store = members.store();
    const auto begun = std::chrono::steady_clock::now();
    const auto answer = co_await store.range(key("a"));
    REQUIRE(answer.has_value());
    CHECK(answer->revision == 5);
    CHECK(std::chrono::steady_clock::now() - begun < 20ms);
    const auto again = co_await store.range(key("a"));
    REQUIRE(again.has_value());
    CHECK(members.asked() == std::vector<int>{1, 1, 2});
  });
}

TEST_CASE("a lost answer: reads are repeated, writes only behind a guard", "[storage]") {
  run([]() -> base::Awaitable<void> {
    {
      Members members({{lost()}, {range_answer(5)}});
      auto store = members.store();
      const auto answer = co_await store.range(key("a"));
      CHECK(answer.has_value());
    }
    TxnRequest unguarded = guarded_put(3);
    unguarded.compares.clear();
    TxnRequest other_key = guarded_put(3);
    other_key.compares[0].key = "b";
    TxnRequest writes_otherwise = guarded_put(3);
    writes_otherwise.failure = writes_otherwise.success;
    for (const TxnRequest& request : {unguarded, guarded_put(0), other_key, writes_otherwise}) {
      Members members({{lost()}, {txn_answer(true)}});
      auto store = members.store();
      const std::string shown = show(co_await store.txn(request));
      CHECK(shown == "unknown");
      CHECK(members.asked() == std::vector<int>{1, 0});
    }
    Members members({{lost()}, {txn_answer(true)}});
    auto store = members.store();
    const std::string shown = show(co_await store.txn(guarded_put(3)));
    CHECK(shown == "succeeded");
  });
}

TEST_CASE("a guard that fails after a lost answer proves nothing", "[storage]") {
  run([]() -> base::Awaitable<void> {
    {
      Members members({{txn_answer(false)}, {}});
      auto store = members.store();
      const std::string shown = show(co_await store.txn(guarded_put(3)));
      CHECK(shown == "failed");
    }
    {
      Members members({{lost()}, {txn_answer(false)}});
      auto store = members.store();
      const std::string shown = show(co_await store.txn(guarded_put(3)));
      CHECK(shown == "unknown");
    }
    // Nor does it when nobody could be asked again.
    Members members({{lost(), refused()}, {refused()}});
    members.options.request_timeout = 100ms;
    auto store = members.store();
    const std::string shown = show(co_await store.txn(guarded_put(3)));
    CHECK(shown == "unknown");
  });
}

/// With its endpoints looked after.
base::Awaitable<void> looked_after(RemoteStore& store, std::function<base::Awaitable<void>()> body) {
  base::TaskGroup tasks(co_await base::asio::this_coro::executor, "test");
  tasks.spawn("endpoints", [&store] { return store.look_after_endpoints(); });
  co_await body();
  tasks.cancel();
  co_await tasks.join();
}

TEST_CASE("a member that hangs holds nobody up for long, and is avoided until it answers", "[storage]") {
  run([]() -> base::Awaitable<void> {
    Members members({{range_answer(1)}, {range_answer(2)}, {range_answer(3)}});
    members.options.request_timeout = 60s;
    members.all[0]->hangs = true;
    auto store = members.store();
    const auto body = [&]() -> base::Awaitable<void> {
      const auto read = co_await store.range(key("a"));
      REQUIRE(read.has_value());
      CHECK(read->revision == 2);
      const auto next = co_await store.range(key("a"));
      REQUIRE(next.has_value());
      CHECK(members.asked() == std::vector<int>{1, 2, 0});
      members.all[0]->hangs = false;
      storage::Revision from = 0;
      for (int i = 0; i < 500 && from != 1; ++i) {
        const auto answer = co_await store.range(key("a"));
        REQUIRE(answer.has_value());
        from = answer->revision;
        co_await base::sleep_for(10ms);
      }
      CHECK(from == 1);
    };
    co_await looked_after(store, body);
  });
}

TEST_CASE("a write at a member that hangs is given up, or done elsewhere behind a guard", "[storage]") {
  run([]() -> base::Awaitable<void> {
    for (const Revision guard : {0, 3}) {
      Members members({{}, {txn_answer(true)}});
      members.options.request_timeout = 60s;
      members.all[0]->hangs = true;
      auto store = members.store();
      const auto body = [&]() -> base::Awaitable<void> {
        const std::string shown = show(co_await store.txn(guarded_put(guard)));
        CHECK(shown == (guard > 0 ? "succeeded" : "unknown"));
      };
      co_await looked_after(store, body);
    }
  });
}

TEST_CASE("with nobody to answer, or nowhere else to go, a call waits its time", "[storage]") {
  run([]() -> base::Awaitable<void> {
    for (const std::size_t count : {1, 3}) {
      const std::vector<std::deque<FakeMember::Answer>> none(count);
      Members members(none);
      members.options.request_timeout = 300ms;
      for (const auto& member : members.all)
        member->hangs = true;
      auto store = members.store();
      const auto body = [&]() -> base::Awaitable<void> {
        const std::string shown = show(co_await store.txn(guarded_put(0)));
        CHECK(shown == "unknown");
        CHECK(members.all[0]->asked == 1);
      };
      co_await looked_after(store, body);
    }
  });
}

TEST_CASE("a watch is opened at a member that can be reached", "[storage]") {
  run([]() -> base::Awaitable<void> {
    Members members({{}, {}});
    auto store = members.store();
    const auto opened = co_await store.watch(WatchRequest());
    CHECK(opened.error().is(Errc::unavailable));
    CHECK(opened.error().message == "refused");
  });
}

}  // namespace
}  // namespace storage
