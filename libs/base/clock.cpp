#include "base/clock.hpp"
#include <cstdint>
#include <cstdio>
#include <optional>

namespace base {
namespace {

class RealClock final : public Clock {
 public:
  SystemTime now() const override {
    return std::chrono::time_point_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now());
  }
  SteadyTime steady_now() const override { return std::chrono::steady_clock::now(); }
};

struct Civil {
  int year;
  unsigned month, day;
  int hour, minute, second;
  std::int64_t nanos;
};

Civil civil_of(SystemTime t) {
  const auto day = std::chrono::floor<std::chrono::days>(t);
  const std::chrono::year_month_day date{day};
  const std::int64_t nanos_of_day = (t - day).count();
  const auto seconds = static_cast<int>(nanos_of_day / 1'000'000'000);
  return {static_cast<int>(date.year()),
          static_cast<unsigned>(date.month()),
          static_cast<unsigned>(date.day()),
          seconds / 3600,
          seconds / 60 % 60,
          seconds % 60,
          nanos_of_day % 1'000'000'000};
}

/// Reads exactly `digits` decimal digits at the front of `text` and takes them off.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool take_char(std::string_view& text, char upper) {
  if (text.empty() || (text[0] != upper && text[0] != upper + ('a' - 'A'))) return false;
  text.remove_prefix(1);
  return true;
}

bool take_exact(std::string_view& text, char c) {
  if (text.empty() || text[0] != c) return false;
  text.remove_prefix(1);
  return true;
}

/// ".5" -> 500'000'000; digits past the ninth are dropped.
std::optional<std::int64_t> take_fraction(std::string_view& text) {
  if (!take_exact(text, '.')) return 0;
  std::int64_t nanos = 0;
  std::int64_t scale = 100'000'000;
  std::size_t digits = 0;
  while (!text.empty() && text[0] >= '0' && text[0] <= '9') {
    nanos += (text[0] - '0') * scale;
    scale /= 10;
    ++digits;
    text.remove_prefix(1);
  }
  if (digits == 0) return std::nullopt;
  return nanos;
}

/// Offset from UTC in seconds: "Z", "+02:00".
std::optional<int> take_offset(std::string_view& text) {
  if (take_char(text, 'Z')) return 0;
  const bool minus = !text.empty() && text[0] == '-';
  if (!minus && (text.empty() || text[0] != '+')) return std::nullopt;
  text.remove_prefix(1);
  const auto hours = take_number(text, 2);
  if (!hours || !take_exact(text, ':')) return std::nullopt;
  const auto minutes = take_number(text, 2);
  if (!minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  const int seconds = *hours * 3600 + *minutes * 60;
  return minus ? -seconds : seconds;
}

std::optional<SystemTime> parse(std::string_view text) {
  const auto year = take_number(text, 4);
  if (!year || !take_exact(text, '-')) return std::nullopt;
  const auto month = take_number(text, 2);
  if (!month || !take_exact(text, '-')) return std::nullopt;
  const auto day = take_number(text, 2);
  if (!day || !take_char(text, 'T')) return std::nullopt;
  const auto hour = take_number(text, 2);
  if (!hour || !take_exact(text, ':')) return std::nullopt;
  const auto minute = take_number(text, 2);
  if (!minute || !take_exact(text, ':')) return std::nullopt;
  const auto second = take_number(text, 2);
  if (!second || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  const auto nanos = take_fraction(text);
  if (!nanos) return std::nullopt;
  const auto offset = take_offset(text);
  if (!offset || !text.empty()) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year}, std::chrono::month(*month),
                                         std::chrono::day(*day)};
  // Nanoseconds since 1970 fit 64 bits from 1678 to 2261.
  if (!date.ok() || *year < 1678 || *year > 2261) return std::nullopt;
  return SystemTime{std::chrono::sys_days{date}} +
         std::chrono::seconds(*hour * 3600 + *minute * 60 + *second) + std::chrono::nanoseconds(*nanos) -
         std::chrono::seconds(*offset);
}

}  // namespace

const Clock& Clock::real() {
  static const RealClock clock;
  return clock;
}

void ManualClock::advance(std::chrono::nanoseconds d) {
  now_ += d;
  steady_ += d;
}

std::string format_rfc3339(SystemTime t) {
  const Civil c = civil_of(t);
  char text[48];
  const int n = std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02dZ", c.year, c.month, c.day,
                              c.hour, c.minute, c.second);
  return {text, static_cast<std::size_t>(n)};
}

std::string format_rfc3339_micro(SystemTime t) {
  const Civil c = civil_of(t);
  char text[64];
  const int n = std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%06dZ", c.year, c.month,
                              c.day, c.hour, c.minute, c.second, static_cast<int>(c.nanos / 1000));
  return {text, static_cast<std::size_t>(n)};
}

Result<SystemTime> parse_rfc3339(std::string_view text) {
  if (const auto t = parse(text)) return *t;
  return Error(Errc::invalid_argument, "\"" + std::string(text.substr(0, 64)) + "\" is not an RFC 3339 time");
}

}  // namespace base
