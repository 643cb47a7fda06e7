#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>
#include "raft-store/backup/snapshot_file.hpp"
#include "raft-store/gateway/testing.hpp"
#include "raft-store/replication/testing.hpp"

/// /v3/maintenance/snapshot in both forms.
namespace raft_store::gateway {
namespace {

using testing::TestGateway;
constexpr const char* kPath = "/v3/maintenance/snapshot";

/// Checks the file that the blobs are.
void check_file(const std::vector<wire::SnapshotResponse>& pieces) {
  REQUIRE(pieces.size() > 2);
  REQUIRE(pieces.front().header.has_value());
  CHECK(pieces.front().header->revision == 3);
  std::string bytes;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    bytes += pieces[i].blob;
    const bool last = i + 1 == pieces.size();
    CHECK((pieces[i].remaining_bytes == 0) == last);
    CHECK_FALSE(pieces[i].version.empty());
  }
  const replication::testing::TemporaryDirectory dir;
  std::ofstream(dir.path() / "file", std::ios::binary) << bytes;
  const auto verified = backup::verify_snapshot(dir.path() / "file");
  REQUIRE(verified.has_value());
  CHECK(verified->header.revision == 3);
  CHECK(verified->trailer.keys == 2);
}

TEST_CASE("a snapshot comes in lines of JSON") {
  testing::with_gateway([](TestGateway& gateway) -> base::Awaitable<void> {
    co_await gateway.post("/v3/kv/put", R"({"key":"YQ==","value":"MQ=="})");
    co_await gateway.post("/v3/kv/put", R"({"key":"Yg==","value":"MQ=="})");
    const http::Response response = co_await gateway.send("POST", kPath, "{}");
    CHECK(response.status == 200);
    CHECK(response.headers.get("Content-Type") == "application/json");
    std::vector<wire::SnapshotResponse> pieces;
    std::istringstream lines(response.body);
    for (std::string line; std::getline(lines, line);) {
      auto envelope = wire::decode_json<wire::SnapshotEnvelope>(line);
      REQUIRE(envelope.has_value());
      REQUIRE(envelope->result.has_value());
      pieces.push_back(std::move(*envelope->result));
    }
    check_file(pieces);
  });
}

TEST_CASE("a snapshot comes in frames of protobuf") {
  testing::with_gateway([](TestGateway& gateway) -> base::Awaitable<void> {
    co_await gateway.post("/v3/kv/put", R"({"key":"YQ==","value":"MQ=="})");
    co_await gateway.post("/v3/kv/put", R"({"key":"Yg==","value":"MQ=="})");
    const http::Response response = co_await gateway.send("POST", kPath, "", "application/x-protobuf");
    CHECK(response.status == 200);
    wire::FrameReader frames(1 << 20);
    frames.feed(response.body);
    std::vector<wire::SnapshotResponse> pieces;
    for (;;) {
      const auto frame = frames.next();
      REQUIRE(frame.has_value());
      if (!*frame) break;
      auto piece = wire::decode_proto<wire::SnapshotResponse>(**frame);
      REQUIRE(piece.has_value());
      pieces.push_back(std::move(*piece));
    }
    check_file(pieces);
  });
}

TEST_CASE("a snapshot is not begun for nonsense, nor while the member stops") {
  testing::with_gateway([](TestGateway& gateway) -> base::Awaitable<void> {
    const http::Response refused = co_await gateway.send("POST", kPath, "{nonsense");
    CHECK(refused.status == 400);
    gateway.gateway().end_streams();
    const http::Response ended = co_await gateway.send("POST", kPath, "{}");
    CHECK(ended.status == 200);
    CHECK(ended.body.find(R"({"error":{)") == 0);
    CHECK(ended.body.find("etcdserver: server stopped") != std::string::npos);
  });
}

}  // namespace
}  // namespace raft_store::gateway
