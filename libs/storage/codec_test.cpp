#include "storage/codec.hpp"
#include <catch2/catch.hpp>
#include "storage/convert.hpp"
#include "storage/errors.hpp"

using namespace storage;
using namespace storage::wire;

namespace {

wire::TxnRequest guarded_put() {
  wire::TxnRequest txn;
  auto& compare = txn.compare.emplace_back();
  compare.target = CompareTarget::mod;
  compare.key = "k";
  compare.mod_revision = 0;
  txn.success.emplace_back().put.emplace();
  txn.success[0].put->key = "k";
  txn.success[0].put->value = std::string("v\0\xff", 3);
  txn.failure.emplace_back().range.emplace().key = "k";
  return txn;
}

}  // namespace

TEST_CASE("protobuf bytes are those of etcd's field numbers") {
  wire::RangeRequest range;
  range.key = "a";
  range.limit = 300;
  range.revision = -1;
  range.keys_only = true;
  CHECK(encode_proto(range) ==
        std::string("\x0a\x01"
                    "a\x18\xac\x02\x20\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x40\x01",
                    19));
  auto back = decode_proto<wire::RangeRequest>(encode_proto(range));
  REQUIRE(back.has_value());
  CHECK(back->limit == 300);
  CHECK(back->revision == -1);
}

TEST_CASE("a set member of a oneof is written though it is zero") {
  const auto bytes = encode_proto(guarded_put());
  auto back = decode_proto<wire::TxnRequest>(bytes);
  REQUIRE(back.has_value());
  CHECK(back->compare.at(0).mod_revision == 0);
  CHECK_FALSE(back->compare[0].version.has_value());
  CHECK(back->success.at(0).put->value.size() == 3);
  CHECK(back->failure.at(0).range->key == "k");
  CHECK(encode_proto(*back) == bytes);
}

TEST_CASE("JSON is that of etcd's gateway") {
  CHECK(encode_json(guarded_put()) == R"({"compare":[{"target":"MOD","key":"aw==","mod_revision":"0"}],)"
                                      R"("success":[{"request_put":{"key":"aw==","value":"dgD/"}}],)"
                                      R"("failure":[{"request_range":{"key":"aw=="}}]})");
  auto back = decode_json<wire::TxnRequest>(encode_json(guarded_put()));
  REQUIRE(back.has_value());
  CHECK(encode_proto(*back) == encode_proto(guarded_put()));
}

TEST_CASE("JSON is read leniently where proto3 says so") {
  auto range = decode_json<wire::RangeRequest>(R"({"key":"YQ==","rangeEnd":"Yg==","limit":5,"revision":"7",
      "sort_order":"DESCEND","sort_target":3,"serializable":true,"keys_only":null})");
  REQUIRE(range.has_value());
  CHECK(range->range_end == "b");
  CHECK(range->limit == 5);
  CHECK(range->revision == 7);
  CHECK(range->sort_order == SortOrder::descend);
  CHECK(range->sort_target == SortTarget::mod);
  CHECK(decode_json<wire::StatusResponse>("").has_value());
}

TEST_CASE("32-bit numbers are numbers in JSON") {
  wire::HashResponse hash;
  hash.hash = 4'000'000'000;
  CHECK(encode_json(hash) == R"({"header":{},"hash":4000000000})");
  CHECK(decode_json<wire::HashResponse>(encode_json(hash)).value().hash == hash.hash);
}

TEST_CASE("errors keep etcd's codes on the wire") {
  for (const auto& [error, code] :
       {std::pair(errors::compacted(), 11), std::pair(errors::future_revision(), 11),
        std::pair(errors::lease_ttl_too_large(), 11), std::pair(errors::request_too_large(), 3),
        std::pair(errors::no_space(), 8), std::pair(errors::lease_exists(), 9),
        std::pair(errors::lease_not_found(), 5), std::pair(errors::timed_out(), 14)}) {
    CHECK(grpc_code(error) == code);
    wire::ErrorResponse response;
    response.code = code;
    response.message = error.message;
    CHECK(error_from_wire(response).code == error.code);
  }
}

TEST_CASE("JSON that is wrong names the field") {
  auto problem = [](const char* text) { return decode_json<wire::TxnRequest>(text).error().message; };
  CHECK(problem("[]") == "must be an object");
  CHECK(problem(R"({"compares":[]})") == "unknown field \"compares\"");
  CHECK(problem(R"({"success":[{"request_put":{"key":7}}]})") ==
        "success: request_put: key: must be a string");
  CHECK(problem(R"({"success":[{"request_put":{"key":"a"}}]})") ==
        "success: request_put: key: must be base64");
  CHECK(problem(R"({"success":[{"request_put":{"lease":"1x"}}]})") ==
        "success: request_put: lease: must be a whole number");
  CHECK(problem(R"({"compare":[{"target":"BEST"}]})") == "compare: target: is not one of its values");
  CHECK(problem("{").substr(0, 15) == "malformed JSON:");
}

TEST_CASE("protobuf that is wrong is refused") {
  CHECK_FALSE(decode_proto<wire::RangeRequest>("\x0a\x05"
                                               "a")
                  .has_value());
  CHECK_FALSE(decode_proto<wire::RangeRequest>("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff").has_value());
  CHECK_FALSE(decode_proto<wire::RangeRequest>("\x08\x01").has_value());  // The key as a number.
  CHECK(decode_proto<wire::RangeRequest>("\xc2\x3e\x01x").has_value());   // Unknown field 1000.
}

TEST_CASE("transactions can be nested as deep as etcd takes them") {
  std::string proto, json = "{}";
  const auto nest = [&] {
    std::string op = "\x22", txn = "\x12";
    append_frame(op, proto);
    append_frame(txn, op);
    proto = txn;
    json = R"({"success":[{"request_txn":)" + json + "}]}";
  };
  for (int i = 0; i < 128; ++i)
    nest();
  const auto from_proto = decode_proto<wire::TxnRequest>(proto);
  REQUIRE(from_proto.has_value());
  CHECK(encode_proto(*from_proto) == proto);  // In time that does not double with each level.
  const auto from_json = decode_json<wire::TxnRequest>(json);
  REQUIRE(from_json.has_value());
  CHECK(encode_proto(*from_json) == proto);
  for (int i = 0; i < 100; ++i)
    nest();
  CHECK_FALSE(decode_proto<wire::TxnRequest>(proto).has_value());
  CHECK_FALSE(decode_json<wire::TxnRequest>(json).has_value());
}

TEST_CASE("JSON is read as etcd's gateway reads it") {
  const auto revision = [](const std::string& value) -> std::optional<std::int64_t> {
    const auto request = decode_json<wire::RangeRequest>(R"({"key":"YQ==","revision":)" + value + "}");
    if (!request) return std::nullopt;
    return request->revision;
  };
  CHECK(revision("7") == 7);
  CHECK(revision(R"("7")") == 7);
  CHECK(revision(R"(" -7\n")") == -7);
  CHECK(revision("null") == 0);
  for (const char* wrong : {"7.0", "7e1", R"("7.0")", R"("07")", R"("+7")", R"("")", R"(" ")", "true", "[]",
                            "9223372036854775808", R"("9223372036854775808")"})
    CHECK_FALSE(revision(wrong));
  CHECK(decode_json<wire::RangeRequest>("null").has_value());
  CHECK(decode_json<wire::RangeRequest>(R"({"key":"YQ=="}{ what follows)")->key == "a");
  CHECK(decode_json<wire::RangeRequest>(R"({"key":"YW\nI="})")->key == "ab");
  CHECK_FALSE(decode_json<wire::RangeRequest>(R"({"key":"YWI"})").has_value());
}

TEST_CASE("frames come out whole however they arrive") {
  std::string stream;
  append_frame(stream, "one");
  append_frame(stream, "");
  append_frame(stream, std::string(300, 'x'));
  FrameReader reader(300);
  std::vector<std::string> got;
  for (char c : stream) {
    reader.feed(std::string_view(&c, 1));
    for (auto next = reader.next(); next.value(); next = reader.next())
      got.push_back(**next);
  }
  CHECK(got == std::vector<std::string>{"one", "", std::string(300, 'x')});
  FrameReader small(299);
  small.feed(stream);
  CHECK(small.next().has_value());
  CHECK(small.next().has_value());
  CHECK(small.next().error().is(base::Errc::resource_exhausted));
}
