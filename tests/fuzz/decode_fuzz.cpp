#include "api/decode.hpp"
#include "api/resource.hpp"
#include "base/assert.hpp"

/// The first byte chooses JSON or YAML and the kind. What decodes, encodes to a form that decodes without
/// complaint.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto resources = api::builtin_resources();
  const auto& resource = resources[data[0] / 2 % resources.size()];
  if (!resource.type) return 0;  // pods/exec and its like have no body.
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto decoded =
      api::decode(text, data[0] % 2 ? "application/yaml" : "application/json", *resource.type);
  if (!decoded) return 0;
  const std::string once = api::encode(decoded->object);
  const auto again = api::decode(once, "application/json", *resource.type);
  COX_ASSERT(again.has_value(), "what was encoded decodes");
  COX_ASSERT(again->strict_errors.empty(), "what was encoded has no unknown fields");
  COX_ASSERT(api::encode(again->object) == once, "encoding is stable");
  return 0;
}
