#include "storage/range_writer.hpp"
#include <catch2/catch.hpp>
#include "storage/codec.hpp"

using namespace storage;
using wire::RangeWriter;

namespace {

std::string written(RangeWriter::Form form, const wire::RangeResponse& response) {
  RangeWriter writer(form, response.header);
  for (const wire::KeyValue& kv : response.kvs)
    writer.add({kv.key, kv.value ? std::string_view(*kv.value) : std::string_view(), kv.create_revision,
                kv.mod_revision, kv.version, kv.lease});
  return writer.finish(response.more, response.count);
}

wire::KeyValue key_value(std::string key, std::string value, std::int64_t n) {
  wire::KeyValue kv;
  kv.key = std::move(key);
  if (!value.empty()) kv.value = std::make_shared<const std::string>(std::move(value));
  kv.create_revision = n;
  kv.mod_revision = n * 1000;
  kv.version = n * 70;
  kv.lease = n - 1;
  return kv;
}

}  // namespace

TEST_CASE("a range written key by key has the bytes of its message") {
  wire::RangeResponse response;
  const auto check = [&] {
    CHECK(written(RangeWriter::Form::protobuf, response) == wire::encode_proto(response));
    CHECK(written(RangeWriter::Form::json, response) == wire::encode_json(response));
  };
  check();
  response.header = {1ull << 63, 2, 300, 4};
  response.count = 7;
  check();
  response.kvs = {key_value("a", "", 1), key_value(std::string("\0\xff", 2), std::string(127, 'x'), 2),
                  key_value(std::string(200, 'k'), std::string(70'000, '\xfe'), 1ll << 40)};
  response.more = true;
  check();
}
