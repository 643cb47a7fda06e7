#include "coxctl/store/text.hpp"
#include <catch2/catch.hpp>
#include "coxctl/store/endpoint_tables.hpp"
#include "coxctl/store/message_text.hpp"

namespace coxctl::store {
namespace {

TEST_CASE("tables are written as etcdctl writes them") {
  const Table table{{"endpoint", "hash_revision"}, {{"127.0.0.1:2379", "7"}, {"x", "12345678901234"}}};
  CHECK(framed(table) ==
        "+----------------+----------------+\n"
        "|    ENDPOINT    | HASH REVISION  |\n"
        "+----------------+----------------+\n"
        "| 127.0.0.1:2379 |              7 |\n"
        "|              x | 12345678901234 |\n"
        "+----------------+----------------+\n");
  CHECK(plain(table) == "127.0.0.1:2379, 7\nx, 12345678901234\n");
  CHECK(framed({{"ä"}, {{"äöü"}}}).find("| äöü |") != std::string::npos);
}

TEST_CASE("numbers for people") {
  CHECK(human_bytes(0) == "0 B");
  CHECK(human_bytes(9) == "9 B");
  CHECK(human_bytes(20480) == "20 kB");
  CHECK(human_bytes(1'100'000) == "1.1 MB");
  CHECK(human_bytes(9'960'000) == "10 MB");
  CHECK(human_bytes(123'400'000'000) == "123 GB");
  CHECK(go_duration(std::chrono::nanoseconds(43'549'120)) == "43.54912ms");
  CHECK(go_duration(std::chrono::microseconds(1500)) == "1.5ms");
  CHECK(go_duration(std::chrono::nanoseconds(999)) == "999ns");
  CHECK(go_duration(std::chrono::milliseconds(65'300)) == "1m5.3s");
  CHECK(go_duration(std::chrono::hours(1)) == "1h0m0s");
  CHECK(clock_time(std::chrono::seconds(42)) == "00:42");
  CHECK(clock_time(std::chrono::seconds(3723)) == "1:02:03");
  CHECK(hex_id(0x8e9e05c52164694d) == "8e9e05c52164694d");
  CHECK(lease_id(0x32695410dcc0ca06) == "32695410dcc0ca06");
  CHECK(lease_id(7) == "0000000000000007");
}

TEST_CASE("ids are read in hexadecimal") {
  CHECK(*parse_hex_id("8e9e05c52164694d", "member ID") == 0x8e9e05c52164694d);
  CHECK(*parse_hex_id("0xA", "member ID") == 10);
  for (const char* wrong : {"", "store-1", "8e9e05c52164694d0", "-1", "a b"})
    CHECK_FALSE(parse_hex_id(wrong, "member ID").has_value());
}

TEST_CASE("bytes that cannot be printed are escaped") {
  CHECK(hex_bytes("k\n") == "\\x6b\\x0a");
  CHECK(quoted("a\"b\\c\n\x01\xff") == "\"a\\\"b\\\\c\\n\\x01\\xff\"");
  CHECK(quoted("é") == "\"é\"");
}

wire::RangeResponse a_range() {
  wire::RangeResponse range;
  range.header = {10, 11, 5, 2};
  wire::KeyValue kv;
  kv.key = "foo";
  kv.value = std::make_shared<const std::string>("bar");
  kv.create_revision = 2, kv.mod_revision = 5, kv.version = 3, kv.lease = 0xab;
  range.kvs = {kv};
  range.count = 1;
  return range;
}

TEST_CASE("answers in JSON are those of etcdctl") {
  CHECK(json_text(a_range(), false) ==
        R"({"header":{"cluster_id":10,"member_id":11,"revision":5,"raft_term":2},"kvs":[{"key":"Zm9v",)"
        R"("create_revision":2,"mod_revision":5,"version":3,"value":"YmFy","lease":171}],"count":1})");
  wire::TxnResponse txn;
  txn.succeeded = true;
  txn.responses.emplace_back().put.emplace();
  CHECK(json_text(txn, false) ==
        R"({"header":{},"succeeded":true,"responses":[{"Response":{"response_put":{"header":{}}}}]})");
  wire::MemberListResponse members;
  members.header.cluster_id = 255;
  members.members = {{255, "a\"b", {"https://x:1"}, {}, true}};
  CHECK(json_text(members, true) ==
        R"({"header":{"cluster_id":"ff"},"members":[{"ID":"ff","name":"a\"b","peerURLs":["https://x:1"],)"
        R"("isLearner":true}]})");
}

TEST_CASE("answers in fields are those of etcdctl") {
  CHECK(fields_text(a_range(), false) ==
        "\"ClusterID\" : 10\n\"MemberID\" : 11\n\"Revision\" : 5\n\"RaftTerm\" : 2\n\"Key\" : \"foo\"\n"
        "\"CreateRevision\" : 2\n\"ModRevision\" : 5\n\"Version\" : 3\n\"Value\" : \"bar\"\n\"Lease\" : 171\n"
        "\"More\" : false\n\"Count\" : 1\n");
  wire::AlarmResponse alarms;
  alarms.alarms = {{7, wire::AlarmType::nospace}};
  CHECK(
      fields_text(alarms, false) ==
      "\"ClusterID\" : 0\n\"MemberID\" : 0\n\"RaftTerm\" : 0\n\"MemberID\" : 7\n\"AlarmType\" : NOSPACE\n\n");
  CHECK(field_label("peerURLs", true) == "PeerURL");
  CHECK(field_label("grantedTTL", false) == "GrantedTTL");
  CHECK(field_label("dbSizeInUse", false) == "DBSizeInUse");
}

TEST_CASE("a member that does not answer has a row that says why") {
  const std::vector<Target> targets = {{"https://a:1", "store-1", 0xa, ""}, {"https://b:1", "", 0xb, ""}};
  wire::StatusResponse status;
  status.header.member_id = status.leader = 0xa;
  status.version = "3.5.21";
  status.db_size = 20480, status.db_size_in_use = 16384;
  status.raft_term = 2, status.raft_index = 9, status.raft_applied_index = 8;
  const StatusAnswers answers = {status, base::Error(base::Errc::unavailable, "connection refused")};
  const Table table = status_table(targets, answers, false);
  CHECK(table.rows[0] == std::vector<std::string>{"https://a:1", "a", "3.5.21", "20 kB", "16 kB", "true",
                                                  "false", "2", "9", "8", ""});
  CHECK(table.rows[1].front() == "https://b:1");
  CHECK(table.rows[1].back() == "connection refused");
  CHECK(table.rows[1].size() == table.header.size());
  CHECK(status_table(targets, answers, true).rows[0].front() == "store-1");
  CHECK(status_json(targets, answers, false)
            .find(R"({"Endpoint":"https://b:1","Error":"connection refused"})") != std::string::npos);
}

TEST_CASE("health is a read that is answered and no alarm") {
  CHECK(health_of(wire::RangeResponse(), wire::AlarmResponse(), "1ms").healthy);
  CHECK(health_of(base::Error(base::Errc::permission_denied, "etcdserver: permission denied"),
                  wire::AlarmResponse(), "")
            .healthy);
  CHECK(health_of(base::Error(base::Errc::unavailable, "etcdserver: no leader"), wire::AlarmResponse(), "")
            .error == "etcdserver: no leader");
  wire::AlarmResponse alarms;
  alarms.alarms = {{7, wire::AlarmType::nospace}};
  CHECK(health_of(wire::RangeResponse(), alarms, "").error == "Active Alarm(s): NOSPACE ");
}

TEST_CASE("only hashes at the same revision are compared") {
  const auto hash = [](std::uint32_t h, std::int64_t compacted, std::int64_t revision) {
    return wire::HashKvResponse{{}, h, compacted, revision};
  };
  CHECK(hash_conflict({hash(1, 0, 7), hash(1, 0, 7), hash(2, 0, 8)}).empty());
  CHECK(hash_conflict({hash(1, 0, 7), hash(2, 3, 7)}).empty());
  CHECK(hash_conflict({hash(1, 0, 7), base::Error(base::Errc::unavailable, ""), hash(2, 0, 7)})
            .find("revision 7") != std::string::npos);
}

TEST_CASE("targets are the members' client URLs") {
  wire::MemberListResponse members;
  members.members = {{1, "a", {"https://a:2380"}, {"https://a:2379", "https://a:9"}, false},
                     {2, "", {"https://b:2380"}, {}, true}};
  const auto targets = targets_of(members);
  REQUIRE(targets.size() == 2);
  CHECK(targets[0].endpoint == "https://a:2379");
  CHECK(targets[1].endpoint == "https://b:2380");
  CHECK(targets[1].obstacle == "it has not started, or not told yet where clients reach it");
}

}  // namespace
}  // namespace coxctl::store
