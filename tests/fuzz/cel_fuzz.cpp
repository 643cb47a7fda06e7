#include <boost/json/parse.hpp>
#include "base/assert.hpp"
#include "base/encoding.hpp"
#include "cel/program.hpp"

/// Any text compiles or is refused with its place shown; what compiles evaluates or fails, the same way each
/// time, within its limits.
namespace {

namespace json = boost::json;

struct Fixture {
  std::shared_ptr<cel::Environment> environment = std::make_shared<cel::Environment>();
  json::value document = json::parse(
      R"J({"list":[{"k":"a","v":"1"},{"k":"b","v":"2"}],"map":{"a":1,"b":2},"num":5,"time":"2024-05-01T10:00:00Z"})J");
  const cel::Schema* schema = nullptr;

  Fixture() {
    auto tree = std::make_shared<cel::SchemaTree>();
    schema = tree->add(json::parse(R"J({"type":"object","properties":{
          "list":{"type":"array","items":{"type":"object","properties":{"k":{"type":"string"},"v":{"type":"string"}}}},
          "map":{"type":"object","additionalProperties":{"type":"integer"}},
          "num":{"type":"integer"},"opt":{"type":"integer"},"time":{"type":"string","format":"date-time"}}})J")
                           .as_object(),
                       false);
    environment->own(std::move(tree));
    environment->declare("self", schema, "self");
    environment->declare("any", &cel::types::dyn);
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Fixture fixture;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (!base::is_valid_utf8(text)) return 0;  // requests are
  const auto program = cel::compile(text, fixture.environment);
  if (!program) {
    COX_ASSERT(!program.error().message.empty(), "what is wrong is said");
    return 0;
  }
  const json::object& document = fixture.document.as_object();
  const cel::Value variables[] = {cel::Value::map(&document, fixture.schema),
                                  cel::Value::map(&document, nullptr)};
  constexpr std::uint64_t cost_max = 20'000;
  std::string results[2];
  std::uint64_t costs[2];
  for (int i = 0; i < 2; ++i) {
    const auto result = program->evaluate(
        variables, [](const cel::Value& v) { return cel::text_of(v); }, &costs[i], cost_max);
    results[i] = result ? *result : result.error().message;
  }
  COX_ASSERT(results[0] == results[1] && costs[0] == costs[1], "an expression gives the same each time");
  COX_ASSERT(program->estimate().min <= program->estimate().max, "an estimate is a range");
  return 0;
}
