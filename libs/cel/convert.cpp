#include "cel/convert.hpp"
#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdio>
#include "base/encoding.hpp"
#include "cel/value.hpp"

namespace cel {

std::string format_double(double d) {
  if (std::isnan(d)) return "NaN";
  if (std::isinf(d)) return d > 0 ? "+Inf" : "-Inf";
  char buffer[400];  // The longest is about 310 digits before the point, or 325 after it.
  const auto [end, ec] = std::to_chars(buffer, buffer + sizeof buffer, d, std::chars_format::fixed);
  return ec == std::errc() ? std::string(buffer, end) : std::string();
}

std::string format_duration(std::int64_t nanoseconds) {
  return format_double(static_cast<double>(nanoseconds / 1'000'000'000) +
                       static_cast<double>(nanoseconds % 1'000'000'000) / 1e9) +
         "s";
}

std::string format_timestamp(std::int64_t seconds, std::int32_t nanoseconds) {
  std::int64_t days = seconds / 86400, second = seconds % 86400;
  if (second < 0) {
    second += 86400;
    --days;
  }
  const CivilDate date = civil_from_days(days);
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "%04d-%02u-%02uT%02d:%02d:%02d", static_cast<int>(date.year),
                date.month, date.day, static_cast<int>(second / 3600), static_cast<int>(second / 60 % 60),
                static_cast<int>(second % 60));
  std::string out = buffer;
  if (nanoseconds != 0) {
    std::snprintf(buffer, sizeof buffer, ".%09d", nanoseconds);
    out += buffer;
    out.erase(out.find_last_not_of('0') + 1);
  }
  return out + "Z";
}

namespace {

template <class T>
std::optional<T> whole(std::string_view text) {
  T value;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (ec != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

/// Takes exactly `count` digits off `text`.
std::optional<int> digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return std::nullopt;
  int value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return value;
}

bool accept(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

unsigned days_in_month(int year, int month) {
  if (month == 2) return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

std::optional<std::int64_t> read_date(std::string_view& text) {
  const auto year = digits(text, 4);
  if (!year || !accept(text, '-')) return std::nullopt;
  const auto month = digits(text, 2);
  if (!month || !accept(text, '-')) return std::nullopt;
  const auto day = digits(text, 2);
  if (!day || *month < 1 || *month > 12 || *day < 1) return std::nullopt;
  if (static_cast<unsigned>(*day) > days_in_month(*year, *month)) return std::nullopt;
  return days_from_civil(*year, static_cast<unsigned>(*month), static_cast<unsigned>(*day));
}

std::optional<std::int32_t> read_fraction(std::string_view& text) {
  if (!accept(text, '.') && !accept(text, ',')) return 0;
  std::int32_t value = 0;
  int count = 0;
  for (; !text.empty() && text[0] >= '0' && text[0] <= '9'; ++count, text.remove_prefix(1))
    if (count < 9) value = value * 10 + (text[0] - '0');
  if (count == 0) return std::nullopt;
  for (; count < 9; ++count)
    value *= 10;
  return value;
}

/// Seconds east of UTC: "Z", "+02:00".
std::optional<int> read_zone(std::string_view& text) {
  if (accept(text, 'Z')) return 0;
  const int sign = text.starts_with('-') ? -1 : 1;
  if (!accept(text, '+') && !accept(text, '-')) return std::nullopt;
  const auto hours = digits(text, 2);
  if (!hours || !accept(text, ':')) return std::nullopt;
  const auto minutes = digits(text, 2);
  if (!minutes || *hours > 24 || *minutes > 60) return std::nullopt;
  return sign * (*hours * 3600 + *minutes * 60);
}

/// Nanoseconds of a unit taken off `text`; 0 if none is there.
std::int64_t read_unit(std::string_view& text) {
  struct Unit {
    std::string_view name;
    std::int64_t nanoseconds;
  };
  static constexpr Unit units[] = {
      {"ns", 1},         {"us", 1'000},        {"\xC2\xB5s", 1'000},  {"\xCE\xBCs", 1'000},
      {"ms", 1'000'000}, {"s", 1'000'000'000}, {"m", 60'000'000'000}, {"h", 3'600'000'000'000}};
  for (const Unit& u : units)
    if (text.starts_with(u.name)) {
      text.remove_prefix(u.name.size());
      return u.nanoseconds;
    }
  return 0;
}

/// Takes "1.5h" off `text`: nanoseconds, beyond int64 where the text is.
std::optional<__int128> read_duration_part(std::string_view& text) {
  __int128 value = 0;
  std::size_t count = 0;
  for (; !text.empty() && text[0] >= '0' && text[0] <= '9'; ++count, text.remove_prefix(1)) {
    value = value * 10 + (text[0] - '0');
    if (value > (__int128{1} << 63)) return std::nullopt;
  }
  double fraction = 0, scale = 1;
  if (accept(text, '.'))
    for (; !text.empty() && text[0] >= '0' && text[0] <= '9'; ++count, text.remove_prefix(1)) {
      if (scale > 1e-15) {
        scale /= 10;
        fraction += (text[0] - '0') * scale;
      }
    }
  if (count == 0) return std::nullopt;
  const std::int64_t unit = read_unit(text);
  if (unit == 0) return std::nullopt;
  // Rounded at the tenth of a millionth, lest 0.3 be less than it says.
  return value * unit + static_cast<__int128>(std::floor(fraction * static_cast<double>(unit) + 1e-7));
}

}  // namespace

std::optional<std::int64_t> parse_integer(std::string_view text) {
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  return whole<std::int64_t>(text);
}

std::optional<std::uint64_t> parse_uinteger(std::string_view text) {
  return whole<std::uint64_t>(text);
}

std::optional<double> parse_double(std::string_view text) {
  const bool plus = text.size() > 1 && text[0] == '+' && text[1] != '-';
  if (plus) text.remove_prefix(1);
  double value;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || end != text.data() + text.size()) return std::nullopt;
  if (ec == std::errc::result_out_of_range) {
    value = std::strtod(std::string(text).c_str(), nullptr);
    if (std::isinf(value)) return std::nullopt;
  } else if (ec != std::errc()) {
    return std::nullopt;
  }
  return value;
}

std::optional<bool> parse_boolean(std::string_view text) {
  for (const auto yes : {"1", "t", "T", "TRUE", "true", "True"})
    if (text == yes) return true;
  for (const auto no : {"0", "f", "F", "FALSE", "false", "False"})
    if (text == no) return false;
  return std::nullopt;
}

std::optional<std::int64_t> parse_duration(std::string_view text) {
  bool negative = false;
  if (text.starts_with('-') || text.starts_with('+')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  if (text == "0") return 0;
  if (text.empty()) return std::nullopt;
  __int128 sum = 0;
  while (!text.empty()) {
    const auto part = read_duration_part(text);
    if (!part) return std::nullopt;
    sum += *part;
    if (sum > (__int128{1} << 63)) return std::nullopt;
  }
  if (negative) return static_cast<std::int64_t>(-sum);
  if (sum == (__int128{1} << 63)) return std::nullopt;
  return static_cast<std::int64_t>(sum);
}

namespace {

/// Nanoseconds of a unit written out; 0 if it is none. The long forms may go on ("days").
std::int64_t unit_by_name(std::string_view unit) {
  struct Unit {
    std::string_view brief, full;
    std::int64_t nanoseconds;
  };
  static constexpr std::int64_t second = 1'000'000'000;
  static constexpr Unit units[] = {{"ns", "nano", 1},
                                   {"us", "micro", 1'000},
                                   {"ms", "milli", 1'000'000},
                                   {"s", "sec", second},
                                   {"m", "min", 60 * second},
                                   {"h", "hour", 3600 * second},
                                   {"d", "day", 86400 * second},
                                   {"w", "week", 7 * 86400 * second}};
  for (const Unit& u : units)
    if (unit == u.brief || unit.starts_with(u.full)) return u.nanoseconds;
  return unit == "hr" ? 3600 * second : 0;
}

}  // namespace

std::optional<std::int64_t> parse_document_duration(std::string_view text) {
  if (const auto plain = parse_duration(text)) return plain;
  __int128 sum = 0;
  bool any = false;
  while (!text.empty()) {
    text.remove_prefix(std::min(text.find_first_of("0123456789"), text.size()));
    const std::size_t digit_count = std::min(text.find_first_not_of("0123456789"), text.size());
    const auto factor = parse_integer(text.substr(0, digit_count));
    text.remove_prefix(digit_count);
    text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
    std::string unit;
    for (; !text.empty() && std::isalpha(static_cast<unsigned char>(text[0])); text.remove_prefix(1))
      unit += static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
    const std::int64_t nanoseconds = unit_by_name(unit);
    if (!factor || nanoseconds == 0) continue;
    sum += static_cast<__int128>(*factor) * nanoseconds;
    any = true;
  }
  if (!any || sum > INT64_MAX) return std::nullopt;
  return static_cast<std::int64_t>(sum);
}

std::optional<Instant> parse_timestamp(std::string_view text) {
  const auto days = read_date(text);
  if (!days || !accept(text, 'T')) return std::nullopt;
  const auto hour = digits(text, 2);
  if (!hour || *hour > 23 || !accept(text, ':')) return std::nullopt;
  const auto minute = digits(text, 2);
  if (!minute || *minute > 59 || !accept(text, ':')) return std::nullopt;
  const auto second = digits(text, 2);
  if (!second || *second > 59) return std::nullopt;
  const auto fraction = read_fraction(text);
  if (!fraction) return std::nullopt;
  const auto zone = read_zone(text);
  if (!zone || !text.empty()) return std::nullopt;
  const Instant out{*days * 86400 + *hour * 3600 + *minute * 60 + *second - *zone, *fraction};
  if (out.seconds < timestamp_seconds_min || out.seconds > timestamp_seconds_max) return std::nullopt;
  return out;
}

std::optional<Instant> parse_date(std::string_view text) {
  const auto days = read_date(text);
  if (!days || !text.empty()) return std::nullopt;
  return Instant{*days * 86400, 0};
}

std::optional<std::string> parse_base64(std::string_view text) {
  auto bytes = base::base64_decode(text);
  if (!bytes) return std::nullopt;
  return std::move(*bytes);
}

// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": eras of 400 years that begin in March.
std::int64_t days_from_civil(std::int64_t year, unsigned month, unsigned day) noexcept {
  year -= month <= 2;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const auto of_era = static_cast<unsigned>(year - era * 400);
  const unsigned of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  return era * 146097 + static_cast<std::int64_t>(of_era * 365 + of_era / 4 - of_era / 100 + of_year) -
         719468;
}

CivilDate civil_from_days(std::int64_t days) noexcept {
  days += 719468;
  const std::int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const auto of_era = static_cast<unsigned>(days - era * 146097);
  const unsigned year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  const unsigned of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const unsigned shifted = (5 * of_year + 2) / 153;
  const unsigned month = shifted < 10 ? shifted + 3 : shifted - 9;
  return {static_cast<std::int64_t>(year_of_era) + era * 400 + (month <= 2), month,
          of_year - (153 * shifted + 2) / 5 + 1};
}

}  // namespace cel
