#include "api/quantity.hpp"
#include <catch2/catch.hpp>

namespace api {
namespace {

TEST_CASE("quantities print in canonical form") {
  const std::pair<const char*, const char*> cases[] = {{"0", "0"},
                                                       {"100m", "100m"},
                                                       {"1000m", "1"},
                                                       {"1.5", "1500m"},
                                                       {"1.5Gi", "1536Mi"},
                                                       {"1024Ki", "1Mi"},
                                                       {"1Ki", "1Ki"},
                                                       {"2e3", "2e3"},
                                                       {"1E", "1E"},
                                                       {"0.5Mi", "512Ki"},
                                                       {"-1", "-1"},
                                                       {"+5", "5"},
                                                       {"1000k", "1M"},
                                                       {"1000000000000", "1T"},
                                                       {"10n", "10n"},
                                                       {"0.0000000001", "1n"},
                                                       {"128974848", "128974848"},
                                                       {"129e6", "129e6"},
                                                       {"129M", "129M"},
                                                       {"123Mi", "123Mi"},
                                                       {".5", "500m"},
                                                       {"5.", "5"},
                                                       {"512Ki", "512Ki"},
                                                       {"1000Ki", "1000Ki"}};
  for (const auto& [text, canonical] : cases) {
    INFO(text);
    const auto q = Quantity::parse(text);
    REQUIRE(q.has_value());
    CHECK(q->text() == canonical);
  }
}

TEST_CASE("what is not a quantity is refused") {
  for (auto text : {"", "a", "1x", "1 ", " 1", "1.2.3", "--1", "1KiB", "e3", ".", "1e", "1ei", "0x10"}) {
    INFO(text);
    CHECK_FALSE(Quantity::parse(text).has_value());
  }
}

TEST_CASE("arithmetic, rounding and order") {
  auto q = *Quantity::parse("100m");
  CHECK(q.value() == 1);
  CHECK(q.milli_value() == 100);
  q += *Quantity::parse("1");
  CHECK(q.text() == "1100m");
  q -= *Quantity::parse("2");
  CHECK(q.sign() == -1);
  CHECK(*Quantity::parse("1Gi") > *Quantity::parse("1G"));
  CHECK(*Quantity::parse("1000m") == *Quantity::parse("1"));
  CHECK(Quantity::parse("99999999999E")->value() == 9223372036854775807);
}

}  // namespace
}  // namespace api
