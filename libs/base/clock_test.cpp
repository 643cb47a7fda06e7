#include "base/clock.hpp"
#include <catch2/catch.hpp>

namespace base {
namespace {

TEST_CASE("RFC 3339 round trips") {
  const auto t = parse_rfc3339("2026-01-02T15:04:05.123456Z");
  REQUIRE(t.has_value());
  CHECK(format_rfc3339(*t) == "2026-01-02T15:04:05Z");
  CHECK(format_rfc3339_micro(*t) == "2026-01-02T15:04:05.123456Z");
}

TEST_CASE("RFC 3339 offsets are applied") {
  CHECK(format_rfc3339(*parse_rfc3339("2026-01-01T00:30:00+01:00")) == "2025-12-31T23:30:00Z");
  CHECK(format_rfc3339(*parse_rfc3339("2024-02-29T23:00:00-02:00")) == "2024-03-01T01:00:00Z");
}

TEST_CASE("what is not RFC 3339 is refused") {
  for (auto text : {"", "2026", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-01-01 00:00:00Z",
                    "2026-01-01T00:00:00", "2026-01-01T25:00:00Z", "2026-01-01T00:00:00Zx"})
    CHECK_FALSE(parse_rfc3339(text).has_value());
}

TEST_CASE("a manual clock moves only when told") {
  ManualClock clock;
  const auto before = clock.now();
  clock.advance(std::chrono::seconds(5));
  CHECK(clock.now() - before == std::chrono::seconds(5));
}

}  // namespace
}  // namespace base
