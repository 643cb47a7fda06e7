#include "apiserver/kinds/cron.hpp"
#include <sys/stat.h>
#include <algorithm>
#include <charconv>
#include <span>
#include <vector>

namespace apiserver::kinds {
namespace {

using Message = std::optional<std::string>;

struct Field {
  int least, most;
  std::span<const std::string_view> names;  ///< Of the values from `least` on.
};

constexpr std::string_view months[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                       "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::string_view days[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
constexpr std::string_view descriptors[] = {"@yearly", "@annually", "@monthly", "@weekly",
                                            "@daily",  "@midnight", "@hourly"};

std::vector<std::string> split(std::string_view text, std::string_view separators, bool keep_empty) {
  std::vector<std::string> parts;
  while (true) {
    const auto at = text.find_first_of(separators);
    const auto part = text.substr(0, at);
    if (keep_empty || !part.empty()) parts.emplace_back(part);
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

struct Number {
  int value = 0;
  Message wrong;
};

Number parse_number(const std::string& text, const Field& field) {
  std::string lower = text;
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  for (std::size_t i = 0; i < field.names.size(); ++i)
    if (field.names[i] == lower) return {field.least + static_cast<int>(i), {}};
  int n = 0;
  const auto start = text.starts_with("+") ? 1 : 0;
  const auto [end, error] = std::from_chars(text.data() + start, text.data() + text.size(), n);
  if (text.empty() || error != std::errc() || end != text.data() + text.size())
    return {0,
            "failed to parse int from " + text + ": strconv.Atoi: parsing \"" + text + "\": invalid syntax"};
  if (n < 0) return {0, "negative number (" + std::to_string(n) + ") not allowed: " + text};
  return {n, {}};
}

Message check_bounds(int start, int end, int step, const Field& field, const std::string& text) {
  const auto number = [](int n) { return "(" + std::to_string(n) + ")"; };
  if (start < field.least)
    return "beginning of range " + number(start) + " below minimum " + number(field.least) + ": " + text;
  if (end > field.most)
    return "end of range " + number(end) + " above maximum " + number(field.most) + ": " + text;
  if (start > end)
    return "beginning of range " + number(start) + " beyond end of range " + number(end) + ": " + text;
  if (step == 0) return "step of range should be a positive number: " + text;
  return std::nullopt;
}

Message check_range(const std::string& text, const Field& field) {
  const auto by_step = split(text, "/", true);
  const auto ends = split(by_step[0], "-", true);
  Number start, end, step{1, {}};
  if (ends[0] == "*" || ends[0] == "?") {
    start.value = field.least;
    end.value = field.most;
  } else {
    start = parse_number(ends[0], field);
    if (start.wrong) return start.wrong;
    end = start;
    if (ends.size() == 2) end = parse_number(ends[1], field);
    if (end.wrong) return end.wrong;
    if (ends.size() > 2) return "too many hyphens: " + text;
  }
  if (by_step.size() == 2) {
    step = parse_number(by_step[1], field);
    if (step.wrong) return step.wrong;
    if (ends.size() == 1) end.value = field.most;
  }
  if (by_step.size() > 2) return "too many slashes: " + text;
  return check_bounds(start.value, end.value, step.value, field, text);
}

bool is_duration(std::string_view text) {
  if (text.empty()) return false;
  if (text.front() == '-' || text.front() == '+') text.remove_prefix(1);
  while (!text.empty()) {
    const auto digits = text.find_first_not_of("0123456789.");
    if (digits == 0 || digits == std::string_view::npos) return false;
    text.remove_prefix(digits);
    const auto unit = text.substr(0, text.find_first_of("0123456789."));
    if (unit != "h" && unit != "m" && unit != "s" && unit != "ms" && unit != "us" && unit != "ns")
      return false;
    text.remove_prefix(unit.size());
  }
  return true;
}

Message check_descriptor(std::string_view text) {
  constexpr std::string_view every = "@every ";
  if (std::find(std::begin(descriptors), std::end(descriptors), text) != std::end(descriptors))
    return std::nullopt;
  if (!text.starts_with(every)) return "unrecognized descriptor: " + std::string(text);
  if (is_duration(text.substr(every.size()))) return std::nullopt;
  return "failed to parse duration " + std::string(text) + ": time: invalid duration \"" +
         std::string(text.substr(every.size())) + "\"";
}

}  // namespace

std::optional<std::string> cron_schedule(std::string_view text) {
  static constexpr Field fields[] = {{0, 59, {}}, {0, 23, {}}, {1, 31, {}}, {1, 12, months}, {0, 6, days}};
  if (text.empty()) return "empty spec string";
  if (text.starts_with("TZ=") || text.starts_with("CRON_TZ=")) {
    const auto space = text.find(' ');
    if (space == std::string_view::npos) return "provided bad location " + std::string(text);
    text.remove_prefix(space + 1);
  }
  if (text.starts_with("@")) return check_descriptor(text);
  const auto parts = split(text, " \t\n\v\f\r", false);
  if (parts.size() != 5) {
    std::string shown;
    for (const auto& p : parts)
      shown += (shown.empty() ? "" : " ") + p;
    return "expected exactly 5 fields, found " + std::to_string(parts.size()) + ": [" + shown + "]";
  }
  for (std::size_t i = 0; i < parts.size(); ++i)
    for (const auto& range : split(parts[i], ",", false))
      if (auto wrong = check_range(range, fields[i])) return wrong;
  return std::nullopt;
}

std::optional<std::string> time_zone(std::string_view name) {
  const std::string text(name);
  std::string lower = text;
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  if (lower == "local")
    return "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones";
  if (text == "UTC") return std::nullopt;
  struct stat info {};
  const bool plain = !text.starts_with("/") && text.find("..") == std::string::npos;
  const bool known =
      plain && stat(("/usr/share/zoneinfo/" + text).c_str(), &info) == 0 && S_ISREG(info.st_mode);
  // A machine without the data base knows none: then nothing can be refused.
  if (known || (plain && stat("/usr/share/zoneinfo", &info) != 0)) return std::nullopt;
  return "unknown time zone " + text;
}

}  // namespace apiserver::kinds
