#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Texts of numbers and times, as Go reads and writes them.
namespace cel {

struct Instant {
  std::int64_t seconds = 0;  ///< Since 1970.
  std::int32_t nanoseconds = 0;
};

/// "1.5", "1e+21" never: digits as many as are needed, no exponent. "NaN", "+Inf", "-Inf".
std::string format_double(double d);
/// Seconds and an s: "1.5s".
std::string format_duration(std::int64_t nanoseconds);
/// RFC 3339 in UTC, fractions as needed: "2024-05-01T10:00:00.5Z".
std::string format_timestamp(std::int64_t seconds, std::int32_t nanoseconds);

std::optional<std::int64_t> parse_integer(std::string_view text);
std::optional<std::uint64_t> parse_uinteger(std::string_view text);
std::optional<double> parse_double(std::string_view text);
/// 1, t, T, TRUE, true, True, and the same for false.
std::optional<bool> parse_boolean(std::string_view text);
/// Go's time.ParseDuration: "1h15m30.5s", "-3ms", "0". In nanoseconds.
std::optional<std::int64_t> parse_duration(std::string_view text);
/// What fields of the format "duration" may hold (go-openapi's strfmt): the same, and texts like "3 days".
std::optional<std::int64_t> parse_document_duration(std::string_view text);
/// RFC 3339 with a zone; years 1 to 9999.
std::optional<Instant> parse_timestamp(std::string_view text);
/// "2024-05-01"
std::optional<Instant> parse_date(std::string_view text);
/// Standard base64 with padding.
std::optional<std::string> parse_base64(std::string_view text);

/// Days since 1970 of a date in the Gregorian calendar, and back.
std::int64_t days_from_civil(std::int64_t year, unsigned month, unsigned day) noexcept;
struct CivilDate {
  std::int64_t year;
  unsigned month, day;  ///< From 1.
};
CivilDate civil_from_days(std::int64_t days) noexcept;

}  // namespace cel
