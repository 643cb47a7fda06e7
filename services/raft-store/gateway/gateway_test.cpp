#include "raft-store/gateway/gateway.hpp"
#include <catch2/catch.hpp>
#include "raft-store/gateway/testing.hpp"

namespace raft_store::gateway {
namespace {

using testing::TestGateway;
using testing::with_gateway;

/// One call and what must come back.
struct Case {
  const char* path;
  const char* body;
  const char* answer;
};

base::Awaitable<void> check_all(TestGateway& store, const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    INFO(c.path << " " << c.body);
    const std::string answer = co_await store.post(c.path, c.body);
    CHECK(answer == c.answer);
  }
}

// Keys and values in base64: Zm9v foo, YmFy bar, eA== x, AA== "\0".

TEST_CASE("keys are put, read and deleted as etcd does it", "[gateway]") {
  with_gateway([](TestGateway& store) -> base::Awaitable<void> {
    const std::vector<Case> cases{
        {"/v3/kv/range", R"({"key":"Zm9v"})", R"({"header":{"revision":"1"}})"},
        {"/v3/kv/put", R"({"key":"Zm9v","value":"YmFy"})", R"({"header":{"revision":"2"}})"},
        {"/v3/kv/range", R"({"key":"Zm9v"})",
         R"({"header":{"revision":"2"},"kvs":[{"key":"Zm9v","create_revision":"2","mod_revision":"2",)"
         R"("version":"1","value":"YmFy"}],"count":"1"})"},
        {"/v3/kv/range", R"({"key":"AA==","range_end":"AA==","keys_only":true,"serializable":true})",
         R"({"header":{"revision":"2"},"kvs":[{"key":"Zm9v","create_revision":"2","mod_revision":"2",)"
         R"("version":"1"}],"count":"1"})"},
        {"/v3/kv/range", R"({"key":"AA==","rangeEnd":"AA==","countOnly":true,"of_a_newer_etcd":1})",
         R"({"header":{"revision":"2"},"count":"1"})"},
        {"/v3/kv/put", R"({"key":"Zm9v","value":"YmFy","prev_kv":true})",
         R"({"header":{"revision":"3"},"prev_kv":{"key":"Zm9v","create_revision":"2","mod_revision":"2",)"
         R"("version":"1","value":"YmFy"}})"},
        {"/v3/kv/deleterange", R"({"key":"bm9uZQ=="})", R"({"header":{"revision":"3"}})"},
        {"/v3/kv/deleterange", R"({"key":"Zm9v","prev_kv":true})",
         R"({"header":{"revision":"4"},"deleted":"1","prev_kvs":[{"key":"Zm9v","create_revision":"2",)"
         R"("mod_revision":"3","version":"2","value":"YmFy"}]})"},
        {"/v3/kv/txn", "{}", R"({"header":{"revision":"4"},"succeeded":true})"},
        {"/v3/kv/txn",
         R"({"compare":[{"key":"Zm9v","target":"MOD","mod_revision":"0"}],)"
         R"("success":[{"request_put":{"key":"Zm9v","value":"MQ=="}},{"request_range":{"key":"Zm9v"}},)"
         R"({"request_delete_range":{"key":"eA=="}},{"request_txn":{}}]})",
         R"({"header":{"revision":"5"},"succeeded":true,"responses":[{"response_put":{"header":)"
         R"({"revision":"5"}}},{"response_range":{"header":{"revision":"5"},"kvs":[{"key":"Zm9v",)"
         R"("create_revision":"5","mod_revision":"5","version":"1","value":"MQ=="}],"count":"1"}},)"
         R"({"response_delete_range":{"header":{"revision":"5"}}},)"
         R"({"response_txn":{"header":{},"succeeded":true}}]})"},
        {"/v3/kv/compaction", R"({"revision":"4","physical":true})", R"({"header":{"revision":"5"}})"},
    };
    co_await check_all(store, cases);
  });
}

TEST_CASE("what is wrong is refused in etcd's words", "[gateway]") {
  GatewayOptions options;
  options.request_bytes_max = 4096;
  const auto body = [](TestGateway& store) -> base::Awaitable<void> {
#define COX_REFUSED(status, code, text) \
  status " {\"error\":\"" text "\",\"code\":" code ",\"message\":\"" text "\"}"
    const char* no_key = COX_REFUSED("400", "3", "etcdserver: key is not provided");
    const char* no_lease = COX_REFUSED("404", "5", "etcdserver: requested lease not found");
    const char* compacted =
        COX_REFUSED("400", "11", "etcdserver: mvcc: required revision has been compacted");
    const char* future = COX_REFUSED("400", "11", "etcdserver: mvcc: required revision is a future revision");
    const char* no_member = COX_REFUSED("404", "5", "etcdserver: member not found");
    const std::vector<Case> cases{
        {"/v3/kv/range", "", no_key},
        {"/v3/kv/range", "{}", no_key},
        {"/v3/kv/put", R"({"value":"YmFy"})", no_key},
        {"/v3/kv/deleterange", "{}", no_key},
        {"/v3/kv/txn", R"({"compare":[{}]})", no_key},
        {"/v3/kv/range", "[]", COX_REFUSED("400", "3", "must be an object")},
        {"/v3/kv/range", R"({"key":"a"})", COX_REFUSED("400", "3", "key: must be base64")},
        {"/v3/kv/range", R"({"key":7})", COX_REFUSED("400", "3", "key: must be a string")},
        {"/v3/kv/range", R"({"key":"Zm9v","limit":"x"})",
         COX_REFUSED("400", "3", "limit: must be a whole number")},
        {"/v3/kv/range", R"({"key":"Zm9v","revision":"99"})", future},
        {"/v3/kv/put", R"({"key":"Zm9v","lease":"7"})", no_lease},
        {"/v3/kv/put", R"({"key":"Zm9v","value":"YmFy","ignore_value":true})",
         COX_REFUSED("400", "3", "etcdserver: value is provided")},
        {"/v3/kv/put", R"({"key":"Zm9v","lease":"5","ignore_lease":true})",
         COX_REFUSED("400", "3", "etcdserver: lease is provided")},
        {"/v3/kv/put", R"({"key":"bm9uZQ==","ignore_value":true})",
         COX_REFUSED("400", "3", "etcdserver: key not found")},
        {"/v3/kv/txn", R"({"success":[{"request_put":{"key":"Zm9v"}},{"request_put":{"key":"Zm9v"}}]})",
         COX_REFUSED("400", "3", "etcdserver: duplicate key given in txn request")},
        {"/v3/kv/put", R"({"key":"Zm9v"})", R"({"header":{"revision":"2"}})"},
        {"/v3/kv/put", R"({"key":"Zm9v"})", R"({"header":{"revision":"3"}})"},
        {"/v3/kv/compaction", R"({"revision":"3"})", R"({"header":{"revision":"3"}})"},
        {"/v3/kv/compaction", R"({"revision":"3"})", compacted},
        {"/v3/kv/compaction", R"({"revision":"300"})", future},
        {"/v3/kv/range", R"({"key":"Zm9v","revision":"2"})", compacted},
        {"/v3/lease/grant", R"({"TTL":"99999999999999"})",
         COX_REFUSED("400", "11", "etcdserver: too large lease TTL")},
        {"/v3/lease/grant", R"({"TTL":"60","ID":"77"})",
         R"({"header":{"revision":"3"},"ID":"77","TTL":"60"})"},
        {"/v3/lease/grant", R"({"TTL":"60","ID":"77"})",
         COX_REFUSED("400", "9", "etcdserver: lease already exists")},
        {"/v3/lease/revoke", R"({"ID":"7777"})", no_lease},
        {"/v3/kv/lease/revoke", R"({"ID":"7777"})", no_lease},
        {"/v3/maintenance/transfer-leadership", R"({"targetID":"5"})",
         COX_REFUSED("400", "9", "etcdserver: bad leader transferee")},
        {"/v3/cluster/member/add", R"({"peerURLs":["http://127.0.0.1:1"]})",
         COX_REFUSED("400", "9", "etcdserver: Peer URLs already exists")},
        {"/v3/cluster/member/add", R"({"peerURLs":["nonsense"]})",
         COX_REFUSED("400", "3", "etcdserver: given member URLs are invalid")},
        {"/v3/cluster/member/remove", R"({"ID":"5"})", no_member},
        {"/v3/cluster/member/update", R"({"ID":"5","peerURLs":["http://127.0.0.1:9"]})", no_member},
        {"/v3/cluster/member/promote", R"({"ID":"5"})", no_member},
        {"/v3/watch", "{bad", ""},
        {"/v3/nosuch", "{}", "404 Not Found\n"},
        {"/nosuch", "{}", "404 404 page not found\n"},
    };
    for (const Case& c : cases) {
      if (!*c.answer) continue;
      INFO(c.path << " " << c.body);
      const std::string answer = co_await store.post(c.path, c.body);
      CHECK(answer == c.answer);
    }
    const std::string malformed = co_await store.post("/v3/kv/range", "{bad");
    CHECK(malformed.starts_with(R"(400 {"error":"malformed JSON: )"));
    const std::string no_object = co_await store.post("/v3/watch", "[]");
    CHECK(no_object == COX_REFUSED("400", "3", "malformed stream: a JSON object is expected"));
    const std::string too_large = COX_REFUSED("400", "3", "etcdserver: request is too large");
    const std::string value(6000, 'A');
    const std::string large = co_await store.post("/v3/kv/put", R"({"key":"Zm9v","value":")" + value + "\"}");
    CHECK(large == too_large);
    const std::string huge = co_await store.post("/v3/kv/put", std::string(2 << 20, ' '));
    CHECK(huge == too_large);
    const std::string still = co_await store.post("/v3/kv/range", R"({"key":"Zm9v","count_only":true})");
    CHECK(still == R"({"header":{"revision":"3"},"count":"1"})");
#undef COX_REFUSED
  };
  with_gateway(body, options);
}

TEST_CASE("other methods and other forms", "[gateway]") {
  with_gateway([](TestGateway& store) -> base::Awaitable<void> {
    const auto got = co_await store.send("GET", "/v3/kv/range");
    CHECK(got.status == 405);
    const auto put = co_await store.send("PUT", "/v3/kv/range", "{}");
    CHECK(put.status == 405);
    const auto posted = co_await store.send("POST", "/health");
    CHECK(posted.status == 405);

    wire::PutRequest request;
    request.key = "k";
    request.value = std::string("v\0\xff", 3);
    const auto stored =
        co_await store.send("POST", "/v3/kv/put", wire::encode_proto(request), "application/x-protobuf");
    CHECK(stored.status == 200);
    CHECK(stored.headers.get("Content-Type") == "application/x-protobuf");
    const auto answer = wire::decode_proto<wire::PutResponse>(stored.body);
    REQUIRE(answer.has_value());
    CHECK(answer->header.revision == 2);
    const std::string as_json = co_await store.post("/v3/kv/range", R"({"key":"aw=="})");
    CHECK(as_json.find(R"("value":"dgD/")") != std::string::npos);

    const auto refused = co_await store.send("POST", "/v3/kv/put", "\xff\xff", "application/x-protobuf");
    CHECK(refused.status == 400);
    const auto error = wire::decode_proto<wire::ErrorResponse>(refused.body);
    REQUIRE(error.has_value());
    CHECK(error->code == 3);
    CHECK(error->message == "malformed protobuf message");
    // curl's default type is read as JSON, as etcd's gateway does.
    const auto form =
        co_await store.send("POST", "/v3/kv/range", R"({"key":"aw=="})", "application/x-www-form-urlencoded");
    CHECK(form.status == 200);
  });
}

TEST_CASE("health, version and metrics", "[gateway]") {
  with_gateway([](TestGateway& store) -> base::Awaitable<void> {
    const auto health = co_await store.send("GET", "/health");
    CHECK(health.body == R"({"health":"true","reason":""})");
    const auto live = co_await store.send("GET", "/livez");
    CHECK(live.body == "ok\n");
    const auto ready = co_await store.send("GET", "/readyz?verbose");
    CHECK(ready.body ==
          "[+]data_corruption ok\n[+]serializable_read ok\n[+]linearizable_read ok\n[+]non_learner ok\n"
          "[+]shutdown ok\n"
          "readyz check passed\n");
    const auto one = co_await store.send("GET", "/readyz/linearizable_read?verbose");
    CHECK(one.body == "[+]linearizable_read ok\nreadyz check passed\n");
    const auto none = co_await store.send("GET", "/readyz/nonsense");
    CHECK(none.status == 404);
    store.gateway().drain();
    const auto draining = co_await store.send("GET", "/readyz");
    CHECK(draining.status == 503);

    const std::string raised = co_await store.post(
        "/v3/maintenance/alarm", R"({"action":"ACTIVATE","alarm":"NOSPACE","memberID":"5"})");
    CHECK(raised.find(R"("alarms":[{"memberID":"5","alarm":"NOSPACE"}])") != std::string::npos);
    const auto alarmed = co_await store.send("GET", "/health");
    CHECK(alarmed.status == 503);
    CHECK(alarmed.body == R"({"health":"false","reason":"ALARM NOSPACE"})");
    const auto excluded = co_await store.send("GET", "/health?exclude=NOSPACE");
    CHECK(excluded.status == 200);
    const std::string full = co_await store.post("/v3/kv/put", R"({"key":"Zm9v"})");
    CHECK(full.starts_with("429 "));

    const auto version = co_await store.send("GET", "/version");
    CHECK(version.body.starts_with(R"({"etcdserver":"3.5.)"));
    const auto metrics = co_await store.send("GET", "/metrics");
    for (const char* line :
         {"etcd_server_has_leader 1", "etcd_disk_wal_fsync_duration_seconds_count",
          "etcd_disk_backend_commit_duration_seconds_bucket", "etcd_debugging_mvcc_current_revision",
          R"(grpc_server_handled_total{grpc_code="OK",grpc_method="Range")",
          R"(grpc_server_handled_total{grpc_code="ResourceExhausted",grpc_method="Put",)"
          R"(grpc_service="etcdserverpb.KV",grpc_type="unary"} 1)"}) {
      INFO(line);
      CHECK(metrics.body.find(line) != std::string::npos);
    }
  });
}

TEST_CASE("leases and maintenance", "[gateway]") {
  with_gateway([](TestGateway& store) -> base::Awaitable<void> {
    const std::string granted = co_await store.post("/v3/lease/grant", R"({"TTL":"60"})");
    CHECK(granted.find(R"("TTL":"60")") != std::string::npos);
    const std::vector<Case> cases{
        {"/v3/lease/grant", R"({"TTL":"100","ID":"77"})",
         R"({"header":{"revision":"1"},"ID":"77","TTL":"100"})"},
        {"/v3/kv/put", R"({"key":"Zm9v","lease":"77"})", R"({"header":{"revision":"2"}})"},
        {"/v3/lease/keepalive", R"({"ID":"77"})",
         R"({"result":{"header":{"revision":"2"},"ID":"77","TTL":"100"}})"
         "\n"},
        {"/v3/lease/keepalive", R"({"ID":"77"}{"ID":"78"})",
         R"({"result":{"header":{"revision":"2"},"ID":"77","TTL":"100"}})"
         "\n"
         R"({"result":{"header":{"revision":"2"},"ID":"78"}})"
         "\n"},
        {"/v3/lease/timetolive", R"({"ID":"77","keys":true})",
         R"({"header":{"revision":"2"},"ID":"77","TTL":"99","grantedTTL":"100","keys":["Zm9v"]})"},
        {"/v3/kv/lease/timetolive", R"({"ID":"78"})", R"({"header":{"revision":"2"},"ID":"78","TTL":"-1"})"},
        {"/v3/lease/revoke", R"({"ID":"77"})", R"({"header":{"revision":"3"}})"},
        {"/v3/kv/range", R"({"key":"Zm9v"})", R"({"header":{"revision":"3"}})"},
        {"/v3/maintenance/defragment", "{}", R"({"header":{"revision":"3"}})"},
    };
    co_await check_all(store, cases);
    const std::string leases = co_await store.post("/v3/lease/leases", "");
    CHECK(leases.find(R"("leases":[{"ID":")") != std::string::npos);
    const std::string old_name = co_await store.post("/v3/kv/lease/leases", "");
    CHECK(old_name == leases);

    const std::string status = co_await store.post("/v3/maintenance/status", "");
    CHECK(status.find(R"("version":"3.5.)") != std::string::npos);
    CHECK(status.find("\"leader\":\"") != std::string::npos);
    const std::string hash = co_await store.post("/v3/maintenance/hash", "");
    const std::string hash_kv = co_await store.post("/v3/maintenance/hashkv", R"({"revision":"3"})");
    CHECK(hash.substr(0, hash.size() - 1) == hash_kv.substr(0, hash.size() - 1));
    const std::string members = co_await store.post("/v3/cluster/member/list", R"({"linearizable":true})");
    CHECK(members.find(R"("name":"a","peerURLs":["http://127.0.0.1:1"])") != std::string::npos);
  });
}

}  // namespace
}  // namespace raft_store::gateway
