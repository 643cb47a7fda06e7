#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>
#include <set>
#include "raft-store/gateway/testing.hpp"

/// Streams: splitting them, watches in JSON. Watches in protobuf: remote_store_test.cpp.
namespace raft_store::gateway {
namespace {

using testing::TestGateway;
using testing::with_gateway;

TEST_CASE("JSON objects come out whole however they arrive", "[gateway]") {
  const std::string stream = R"( {"a":"}\"{"}{"b":{"c":[{}]}})"
                             "\n{}";
  JsonSplitter splitter(100);
  std::vector<std::string> got;
  for (const char c : stream) {
    splitter.feed(std::string_view(&c, 1));
    for (auto next = splitter.next(); next.value(); next = splitter.next())
      got.push_back(**next);
  }
  CHECK(got == std::vector<std::string>{R"({"a":"}\"{"})", R"({"b":{"c":[{}]}})", "{}"});
  splitter.feed("7");
  CHECK(splitter.next().error().is(base::Errc::invalid_argument));
  JsonSplitter small(10);
  small.feed(R"({"a":"0123456789)");
  CHECK(small.next().error().is(base::Errc::resource_exhausted));
}

/// A watch stream in JSON: requests as text, answers as the line without ids and term.
class JsonStream {
 public:
  explicit JsonStream(TestGateway& store) : store_(store) {}
  base::Awaitable<void> open(std::string first) {
    http::Request request;
    request.method = "POST";
    request.path = "/v3/watch";
    request.headers.set("Content-Type", "application/json");
    auto stream = co_await store_.client()->open_duplex(std::move(request));
    stream_ = std::move(stream.value());
    co_await send(std::move(first));
    const auto head = co_await stream_->wait_head();
    REQUIRE(head.has_value());
    REQUIRE(stream_->status() == 200);
  }
  base::Awaitable<void> send(std::string text) {
    const auto sent = co_await stream_->write(std::move(text));
    REQUIRE(sent.has_value());
  }
  base::Awaitable<void> finish_request() {
    const auto finished = co_await stream_->finish();
    REQUIRE(finished.has_value());
  }
  /// The next line; "end" after the last.
  base::Awaitable<std::string> next() {
    std::size_t end;
    while ((end = buffer_.find('\n')) == std::string::npos) {
      const auto piece = co_await stream_->read_some();
      REQUIRE(piece.has_value());
      if (piece->empty()) co_return "end";
      buffer_ += *piece;
    }
    auto line = boost::json::parse(buffer_.substr(0, end)).as_object();
    buffer_.erase(0, end + 1);
    if (auto* result = line.if_contains("result"))
      for (const char* name : {"cluster_id", "member_id", "raft_term"})
        result->as_object()["header"].as_object().erase(name);
    co_return boost::json::serialize(line);
  }

 private:
  TestGateway& store_;
  std::unique_ptr<http::RequestStream> stream_;
  std::string buffer_;
};

TEST_CASE("several watches on one stream", "[gateway]") {
  with_gateway([](TestGateway& store) -> base::Awaitable<void> {
    co_await store.post("/v3/kv/put", R"({"key":"Zm9v","value":"MQ=="})");
    JsonStream stream(store);
    co_await stream.open(R"({"create_request":{"key":"Zm9v","start_revision":"2"}})");
    const auto expect = [&stream](std::string line) -> base::Awaitable<void> {
      const std::string got = co_await stream.next();
      CHECK(got == line);
    };
    co_await expect(R"({"result":{"header":{"revision":"2"},"created":true}})");
    co_await expect(R"({"result":{"header":{"revision":"2"},"events":[{"kv":{"key":"Zm9v",)"
                    R"("create_revision":"2","mod_revision":"2","version":"1","value":"MQ=="}}]}})");
    co_await stream.send(R"({"create_request":{"key":"Zm9v","prev_kv":true,"watch_id":"9"}})");
    co_await expect(R"({"result":{"header":{"revision":"2"},"watch_id":"9","created":true}})");
    co_await stream.send(R"({"create_request":{"key":"Zm9v","watch_id":"9"}})");
    co_await expect(R"({"result":{"header":{"revision":"2"},"watch_id":"-1","created":true,"canceled":true,)"
                    R"("cancel_reason":"mvcc: duplicate watch ID provided on the WatchStream"}})");
    co_await stream.send(R"({"create_request":{"key":"eg==","range_end":"YQ=="}})");
    co_await expect(R"({"result":{"header":{"revision":"2"},"watch_id":"-1","created":true,"canceled":true,)"
                    R"("cancel_reason":"mvcc: watcher range is empty"}})");
    co_await stream.send(R"({"cancel_request":{"watch_id":"0"}})");
    co_await expect(R"({"result":{"header":{"revision":"2"},"canceled":true}})");
    // Once that is said the id is free.
    co_await stream.send(
        R"({"create_request":{"key":"YQ==","watch_id":"5"}}{"cancel_request":{"watch_id":"5"}})"
        R"({"create_request":{"key":"YQ==","watch_id":"5"}}{"cancel_request":{"watch_id":"5"}})");
    for (int i = 0; i < 2; ++i) {
      co_await expect(R"({"result":{"header":{"revision":"2"},"watch_id":"5","created":true}})");
      co_await expect(R"({"result":{"header":{"revision":"2"},"watch_id":"5","canceled":true}})");
    }
    co_await store.post("/v3/kv/deleterange", R"({"key":"Zm9v"})");
    co_await expect(R"({"result":{"header":{"revision":"3"},"watch_id":"9","events":[{"type":"DELETE",)"
                    R"("kv":{"key":"Zm9v","mod_revision":"3"},"prev_kv":{"key":"Zm9v","create_revision":"2",)"
                    R"("mod_revision":"2","version":"1","value":"MQ=="}}]}})");
    co_await store.post("/v3/kv/put", R"({"key":"b3RoZXI="})");
    co_await stream.send(R"({"progress_request":{}})");
    co_await expect(R"({"result":{"header":{"revision":"4"},"watch_id":"-1"}})");
    // The requests end; what is watched goes on.
    co_await stream.finish_request();
    co_await store.post("/v3/kv/put", R"({"key":"Zm9v"})");
    co_await expect(R"({"result":{"header":{"revision":"5"},"watch_id":"9","events":[{"kv":{"key":"Zm9v",)"
                    R"("create_revision":"5","mod_revision":"5","version":"1"}}]}})");
    store.gateway().end_streams();
    co_await expect(R"({"error":{"error":"etcdserver: server stopped","code":14,)"
                    R"("message":"etcdserver: server stopped"}})");
    co_await expect("end");
  });
}

TEST_CASE("a watch from a compacted revision, and filters", "[gateway]") {
  with_gateway([](TestGateway& store) -> base::Awaitable<void> {
    for (int i = 0; i < 3; ++i)
      co_await store.post("/v3/kv/put", R"({"key":"Zm9v"})");
    co_await store.post("/v3/kv/compaction", R"({"revision":"3"})");
    JsonStream stream(store);
    co_await stream.open(R"({"create_request":{"key":"Zm9v","start_revision":"1"}})"
                         R"({"create_request":{"key":"Zm9v","filters":["NOPUT"],"watch_id":"5"}})");
    std::set<std::string> got;
    for (int i = 0; i < 3; ++i)
      got.insert(co_await stream.next());
    const std::set<std::string> wanted{
        R"({"result":{"header":{"revision":"4"},"created":true}})",
        R"({"result":{"header":{"revision":"4"},"watch_id":"5","created":true}})",
        R"({"result":{"header":{},"canceled":true,"compact_revision":"3"}})"};
    CHECK(got == wanted);
    co_await store.post("/v3/kv/put", R"({"key":"Zm9v"})");
    co_await store.post("/v3/kv/deleterange", R"({"key":"Zm9v"})");
    const std::string only = co_await stream.next();
    CHECK(only == R"({"result":{"header":{"revision":"6"},"watch_id":"5","events":[{"type":"DELETE",)"
                  R"("kv":{"key":"Zm9v","mod_revision":"6"}}]}})");
  });
}

TEST_CASE("the id of a watch that ended by itself is not given to another", "[gateway]") {
  with_gateway([](TestGateway& store) -> base::Awaitable<void> {
    JsonStream stream(store);
    co_await stream.open(R"({"create_request":{"key":"Zm9v","start_revision":"-1","watch_id":"1"}})");
    co_await stream.next();
    const std::string ended = co_await stream.next();
    CHECK(ended.find(R"("watch_id":"1","canceled":true)") != std::string::npos);
    co_await stream.send(R"({"create_request":{"key":"Zm9v"}}{"create_request":{"key":"Zm9v"}})"
                         R"({"create_request":{"key":"Zm9v","watch_id":"1"}})");
    std::string ids;
    for (int i = 0; i < 3; ++i) {
      const std::string created = co_await stream.next();
      const auto at = created.find(R"("watch_id":")");
      ids += at == std::string::npos ? '0' : created[at + 12];
    }
    CHECK(ids == "021");
  });
}

TEST_CASE("a quiet watch hears how far it is", "[gateway]") {
  GatewayOptions options;
  options.watch.progress_interval = std::chrono::milliseconds(100);
  const auto body = [](TestGateway& store) -> base::Awaitable<void> {
    JsonStream stream(store);
    co_await stream.open(R"({"create_request":{"key":"Zm9v","progress_notify":true}})");
    const std::string created = co_await stream.next();
    CHECK(created == R"({"result":{"header":{"revision":"1"},"created":true}})");
    const std::string mark = co_await stream.next();
    CHECK(mark == R"({"result":{"header":{"revision":"1"}}})");
  };
  with_gateway(body, options);
}

TEST_CASE("a watch that was told more elsewhere gets no mark before the store is there", "[gateway]") {
  GatewayOptions options;
  options.watch.progress_interval = std::chrono::milliseconds(20);
  const auto body = [](TestGateway& store) -> base::Awaitable<void> {
    JsonStream stream(store);
    co_await stream.open(R"({"create_request":{"key":"Zm9v","start_revision":"4","progress_notify":true}})"
                         R"({"create_request":{"key":"Zm9v","watch_id":"1"}}{"progress_request":{}})");
    for (int i = 0; i < 2; ++i) {
      const std::string created = co_await stream.next();
      CHECK(created.find(R"("created":true)") != std::string::npos);
    }
    co_await base::sleep_for(std::chrono::milliseconds(60));
    co_await store.post("/v3/kv/put", R"({"key":"YQ=="})");
    co_await store.post("/v3/kv/put", R"({"key":"YQ=="})");
    // One for the watch alone, as time goes by; one for all, which was asked for.
    std::set<std::string> marks;
    for (int i = 0; i < 20 && marks.size() < 2; ++i)
      marks.insert(co_await stream.next());
    const std::set<std::string> wanted{R"({"result":{"header":{"revision":"3"}}})",
                                       R"({"result":{"header":{"revision":"3"},"watch_id":"-1"}})"};
    CHECK(marks == wanted);
  };
  with_gateway(body, options);
}

TEST_CASE("a large revision comes in fragments", "[gateway]") {
  GatewayOptions options;
  options.request_bytes_max = 2000;
  const auto body = [](TestGateway& store) -> base::Awaitable<void> {
    for (const char* key : {"YQ==", "Yg==", "Yw=="}) {
      const std::string value(1600, 'A');
      const std::string put = co_await store.post(
          "/v3/kv/put", std::string(R"({"key":")") + key + R"(","value":")" + value + "\"}");
      CHECK(put.starts_with("{"));
    }
    JsonStream stream(store);
    co_await stream.open(
        R"({"create_request":{"key":"YQ==","range_end":"eg==","prev_kv":true,"fragment":true}})");
    co_await stream.next();
    const std::string deleted =
        co_await store.post("/v3/kv/deleterange", R"({"key":"YQ==","range_end":"eg=="})");
    CHECK(deleted == R"({"header":{"revision":"5"},"deleted":"3"})");
    for (int i = 0; i < 3; ++i) {
      const std::string part = co_await stream.next();
      CHECK(part.find(R"("header":{"revision":"5"})") != std::string::npos);
      CHECK((part.find(R"("fragment":true)") != std::string::npos) == (i < 2));
    }
  };
  with_gateway(body, options);
}

}  // namespace
}  // namespace raft_store::gateway
