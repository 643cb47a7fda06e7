#include <array>
#include <charconv>
#include <cmath>
#include <utility>
#include "base/flags.hpp"

namespace base {
namespace {

using Unit = std::pair<std::string_view, double>;
// Longest names first, so that "ms" is not read as "m".
constexpr std::array<Unit, 7> units{
    {{"ns", 1}, {"us", 1e3}, {"\u00b5s", 1e3}, {"ms", 1e6}, {"h", 3600e9}, {"m", 60e9}, {"s", 1e9}}};

Error wrong(std::string_view text) {
  return {Errc::invalid_argument,
          "\"" + std::string(text) + "\" is not a duration (such as 300ms, 1.5h or 1h15m)"};
}

}  // namespace

Result<std::chrono::nanoseconds> parse_duration(std::string_view text) {
  std::string_view rest = text;
  const bool negative = rest.starts_with('-');
  if (negative || rest.starts_with('+')) rest.remove_prefix(1);
  if (rest == "0") return std::chrono::nanoseconds(0);
  if (rest.empty()) return wrong(text);
  double total = 0;
  while (!rest.empty()) {
    const auto digits = std::min(rest.find_first_not_of("0123456789."), rest.size());
    double value = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + digits, value);
    if (digits == 0 || error != std::errc() || end != rest.data() + digits) return wrong(text);
    rest.remove_prefix(digits);
    const Unit* unit = nullptr;
    for (const auto& u : units)
      if (!unit && rest.starts_with(u.first)) unit = &u;
    if (!unit) return wrong(text);
    rest.remove_prefix(unit->first.size());
    total += value * unit->second;
  }
  if (total > 9.2e18) return wrong(text);
  const auto count = static_cast<std::int64_t>(std::llround(total));
  return std::chrono::nanoseconds(negative ? -count : count);
}

std::string format_duration(std::chrono::nanoseconds d) {
  std::int64_t n = d.count();
  if (n == 0) return "0s";
  std::string sign;
  if (n < 0) {
    sign = "-";
    n = -n;
  }
  if (n % 1'000'000'000 != 0) {
    if (n % 1'000'000 == 0 && n < 1'000'000'000) return sign + std::to_string(n / 1'000'000) + "ms";
    std::string text = std::to_string(static_cast<double>(n) / 1e9);
    text.erase(text.find_last_not_of('0') + 1);
    return sign + text + "s";
  }
  const std::int64_t seconds = n / 1'000'000'000, h = seconds / 3600, m = seconds / 60 % 60, s = seconds % 60;
  std::string text = sign;
  if (h != 0) text += std::to_string(h) + "h";
  if (h != 0 || m != 0) text += std::to_string(m) + "m";
  return text + std::to_string(s) + "s";
}

}  // namespace base
