#include "api/protobuf.hpp"
#include "base/assert.hpp"

namespace {

using api::Type;

/// The object, through protobuf.
api::Object through(const api::Object& object, const Type& type, std::string& bytes) {
  const auto written = api::ProtobufWriter::of_thread().object(api::encode(object), type);
  COX_ASSERT(written, "an object of the schema can be written");
  bytes = *written;
  const auto read = api::decode(bytes, api::protobuf_type, type);
  COX_ASSERT(read, "what was written can be read");
  COX_ASSERT(read->strict_errors.empty(), "what was written has no unknown fields");
  return read->object;
}

}  // namespace

/// The first byte chooses JSON or protobuf, the second the type. Whatever decodes can be written in protobuf
/// and read again; from then on nothing changes any more, neither the object nor the bytes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const auto types = api::all_types();
  const auto& type = *types[(data[1] | data[0] / 2 << 8) % types.size()];
  const std::string_view text(reinterpret_cast<const char*>(data) + 2, size - 2);
  const auto decoded = api::decode(text, data[0] % 2 ? api::protobuf_type : "application/json", type);
  if (!decoded) return 0;
  // A schema may hold any JSON where only schemas have a form; validation refuses that.
  if (type.name.find(".apiextensions.") != std::string::npos &&
      !api::ProtobufWriter::of_thread().object(api::encode(decoded->object), type))
    return 0;
  std::string first, second;
  const auto once = through(decoded->object, type, first);
  const auto twice = through(once, type, second);
  COX_ASSERT(api::deep_equal(once, twice), "an object that was in protobuf stays as it is");
  std::string third;
  through(twice, type, third);
  COX_ASSERT(third == second, "its bytes do too");
  return 0;
}
