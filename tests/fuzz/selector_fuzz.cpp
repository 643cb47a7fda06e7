#include "api/selector.hpp"
#include "base/assert.hpp"

/// What parses prints to a form that parses to the same selector, and matching never fails.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto labels = api::LabelSelector::parse(text)) {
    const auto again = api::LabelSelector::parse(labels->text());
    COX_ASSERT(again.has_value(), "a printed label selector parses");
    COX_ASSERT(again->text() == labels->text(), "a printed label selector stays the same");
    const std::map<std::string, std::string> some{{"app", "web"}, {"tier", "3"}};
    COX_ASSERT(labels->matches(some) == again->matches(some), "both forms match alike");
  }
  if (const auto fields = api::FieldSelector::parse(text))
    for (const auto& term : fields->terms())
      (void)fields->required_value(term.field);
  return 0;
}
