#include "api/quantity.hpp"
#include "base/assert.hpp"

/// What parses has a canonical form that parses to the same amount.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto parsed = api::Quantity::parse({reinterpret_cast<const char*>(data), size});
  if (!parsed) return 0;
  const std::string text = parsed->text();
  const auto again = api::Quantity::parse(text);
  COX_ASSERT(again.has_value(), "a canonical quantity parses");
  COX_ASSERT(*again == *parsed, "a canonical quantity is the same amount");
  COX_ASSERT(again->text() == text, "the canonical form is canonical");
  return 0;
}
