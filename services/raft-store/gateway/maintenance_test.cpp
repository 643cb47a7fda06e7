#include <catch2/catch.hpp>
#include "raft-store/gateway/testing.hpp"

/// Alarms, space, and the calls that a cluster of ours has little to say to.
namespace raft_store::gateway {
namespace {

using testing::TestGateway;
using testing::with_gateway;

std::string refusal(const char* status, int code, const char* text) {
  return std::string(status) + R"( {"error":")" + text + R"(","code":)" + std::to_string(code) +
         R"(,"message":")" + text + "\"}";
}

base::Awaitable<void> expect(TestGateway& store, const char* path, std::string body, std::string answer) {
  INFO(path << " " << body);
  const std::string given = co_await store.post(path, body);
  CHECK(given == answer);
}

/// The gateway's answer to GET, its status first.
base::Awaitable<std::string> get(TestGateway& store, std::string path) {
  const http::Response response = co_await store.send("GET", path);
  co_return std::to_string(response.status) + " " + response.body;
}

base::Awaitable<std::string> own_id(TestGateway& store) {
  const http::Response response = co_await store.send("POST", "/v3/maintenance/status", "{}");
  const std::size_t begin = response.body.find("\"member_id\":\"") + 13;
  co_return response.body.substr(begin, response.body.find('"', begin) - begin);
}

const char* const kPut = R"({"key":"Zm9v","value":"YmFy"})";

TEST_CASE("a write that would cross the quota raises NOSPACE; reads and deletes go on", "[gateway]") {
  with_gateway([](TestGateway& store) -> base::Awaitable<void> {
    const std::string full = refusal("429", 8, "etcdserver: mvcc: database space exceeded");
    co_await expect(store, "/v3/kv/put", kPut, R"({"header":{"revision":"2"}})");
    store.quota().measured(999'900, {});
    co_await expect(store, "/v3/kv/put", kPut, full);
    const std::string id = co_await own_id(store);
    const std::string alarm = R"([{"memberID":")" + id + R"(","alarm":"NOSPACE"}])";
    co_await expect(store, "/v3/maintenance/alarm", "{}",
                    R"({"header":{"revision":"2"},"alarms":)" + alarm + "}");
    // With the alarm raised nothing may be written, though there is room again.
    store.quota().measured(0, {});
    co_await expect(store, "/v3/kv/put", kPut, full);
    co_await expect(store, "/v3/lease/grant", R"({"TTL":"60"})", full);
    co_await expect(store, "/v3/kv/txn", R"({"failure":[{"request_put":{"key":"Zm9v"}}]})", full);
    co_await expect(store, "/v3/kv/range", R"({"key":"Zm9v","count_only":true})",
                    R"({"header":{"revision":"2"},"count":"1"})");
    co_await expect(store, "/v3/kv/deleterange", R"({"key":"Zm9v"})",
                    R"({"header":{"revision":"3"},"deleted":"1"})");
    co_await expect(store, "/v3/kv/compaction", R"({"revision":"3","physical":true})",
                    R"({"header":{"revision":"3"}})");
    const std::string health = co_await get(store, "/health");
    CHECK(health == R"(503 {"health":"false","reason":"ALARM NOSPACE"})");
    const std::string excluded = co_await get(store, "/health?exclude=NOSPACE");
    CHECK(excluded == R"(200 {"health":"true","reason":""})");
    const std::string ready = co_await get(store, "/readyz");
    CHECK(ready == "200 ok\n");
    co_await expect(store, "/v3/maintenance/defragment", "{}", R"({"header":{"revision":"3"}})");
    co_await expect(store, "/v3/maintenance/alarm",
                    R"({"action":"DEACTIVATE","memberID":")" + id + R"(","alarm":"NOSPACE"})",
                    R"({"header":{"revision":"3"},"alarms":)" + alarm + "}");
    co_await expect(store, "/v3/kv/put", kPut, R"({"header":{"revision":"4"}})");
  });
}

TEST_CASE("with CORRUPT raised only reads go on", "[gateway]") {
  with_gateway([](TestGateway& store) -> base::Awaitable<void> {
    const std::string corrupt = refusal("500", 15, "etcdserver: corrupt cluster");
    const char* raise = R"({"action":"ACTIVATE","memberID":"7","alarm":"CORRUPT"})";
    co_await expect(store, "/v3/kv/put", kPut, R"({"header":{"revision":"2"}})");
    co_await expect(store, "/v3/maintenance/alarm", raise,
                    R"({"header":{"revision":"2"},"alarms":[{"memberID":"7","alarm":"CORRUPT"}]})");
    co_await expect(store, "/v3/kv/put", kPut, corrupt);
    co_await expect(store, "/v3/kv/deleterange", kPut, corrupt);
    co_await expect(store, "/v3/kv/txn", R"({"success":[{"request_put":{"key":"Zm9v"}}]})", corrupt);
    co_await expect(store, "/v3/kv/compaction", R"({"revision":"2"})", corrupt);
    co_await expect(store, "/v3/lease/grant", R"({"TTL":"60"})", corrupt);
    co_await expect(store, "/v3/lease/revoke", R"({"ID":"1"})", corrupt);
    co_await expect(store, "/v3/kv/range", R"({"key":"Zm9v","count_only":true})",
                    R"({"header":{"revision":"2"},"count":"1"})");
    const std::string ready = co_await get(store, "/readyz");
    CHECK(ready.starts_with("503 [-]data_corruption failed: alarm activated: CORRUPT\n"));
    const std::string health = co_await get(store, "/health");
    CHECK(health == R"(503 {"health":"false","reason":"ALARM CORRUPT"})");
    co_await expect(store, "/v3/maintenance/alarm",
                    R"({"action":"DEACTIVATE","memberID":"7","alarm":"CORRUPT"})",
                    R"({"header":{"revision":"2"},"alarms":[{"memberID":"7","alarm":"CORRUPT"}]})");
    co_await expect(store, "/v3/kv/put", kPut, R"({"header":{"revision":"3"}})");
  });
}

TEST_CASE("downgrades are refused in etcd's words", "[gateway]") {
  with_gateway([](TestGateway& store) -> base::Awaitable<void> {
    const char* path = "/v3/maintenance/downgrade";
    co_await expect(store, path, "{}",
                    refusal("400", 3, "etcdserver: wrong downgrade target version format"));
    for (const char* body : {R"({"version":"3.4"})", R"({"action":"ENABLE","version":"3.4.0"})"})
      co_await expect(store, path, body, refusal("400", 3, "etcdserver: invalid downgrade target version"));
    co_await expect(store, path, R"({"action":"CANCEL"})",
                    refusal("400", 9, "etcdserver: no inflight downgrade job"));
  });
}

TEST_CASE("authentication is off and stays so", "[gateway]") {
  with_gateway([](TestGateway& store) -> base::Awaitable<void> {
    const std::string unsupported = refusal(
        "501", 12, "etcdserver: users and roles are not supported; clients are known by their certificates");
    co_await expect(store, "/v3/auth/status", "{}", R"({"header":{"revision":"1"},"authRevision":"1"})");
    co_await expect(store, "/v3/auth/user/list", "{}", R"({"header":{"revision":"1"}})");
    co_await expect(store, "/v3/auth/disable", "{}", R"({"header":{"revision":"1"}})");
    co_await expect(store, "/v3/auth/enable", "{}", unsupported);
    co_await expect(store, "/v3/auth/user/add", R"({"name":"root"})", unsupported);
    co_await expect(store, "/v3/auth/authenticate", R"({"name":"root"})",
                    refusal("400", 9, "etcdserver: authentication is not enabled"));
    co_await expect(store, "/v3/auth/role/get", R"({"role":"x"})",
                    refusal("400", 9, "etcdserver: role name not found"));
  });
}

TEST_CASE("etcd's numbers of what was done", "[gateway]") {
  with_gateway([](TestGateway& store) -> base::Awaitable<void> {
    co_await store.post("/v3/kv/put", kPut);
    co_await store.post("/v3/kv/range", R"({"key":"Zm9v"})");
    co_await store.post("/v3/kv/deleterange", R"({"key":"Zm9v"})");
    co_await get(store, "/readyz");
    const std::string metrics = co_await get(store, "/metrics");
    for (const char* line :
         {"etcd_mvcc_put_total 1\n", "etcd_mvcc_delete_total 1\n", "etcd_mvcc_txn_total 0\n",
          "etcd_server_quota_backend_bytes", "etcd_disk_defrag_inflight 0\n",
          "etcd_debugging_mvcc_watch_stream_total 0\n", "etcd_server_slow_apply_total",
          R"(etcd_server_healthchecks_total{name="non_learner",status="success",type="readyz"} 1)",
          R"(etcd_server_request_duration_seconds_count{success="true",type="Put"} 1)",
          R"(etcd_server_client_requests_total{client_api_version="unknown",type="unary"} 3)"}) {
      INFO(line);
      CHECK(metrics.find(line) != std::string::npos);
    }
  });
}

}  // namespace
}  // namespace raft_store::gateway
