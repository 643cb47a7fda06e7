#include "coxctl/store/text.hpp"
#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdio>

namespace coxctl::store {
namespace {

/// How wide text is on a terminal: bytes that continue a UTF-8 character take no room.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

template <class... Args>
std::string formatted(const char* format, Args... args) {
  char out[96];
  std::snprintf(out, sizeof out, format, args...);
  return out;
}

/// "1.500" -> "1.5", "2.000" -> "2".
std::string without_zeros(std::string number) {
  number.erase(number.find_last_not_of('0') + 1);
  if (number.ends_with('.')) number.pop_back();
  return number;
}

/// The length of the UTF-8 character at the start of `text`; 0 if it is none.
std::size_t character(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  const std::size_t n = first < 0x80    ? 1
                        : first >= 0xF5 ? 0
                        : first >= 0xF0 ? 4
                        : first >= 0xE0 ? 3
                        : first >= 0xC2 ? 2
                                        : 0;
  if (n == 0 || n > text.size()) return 0;
  for (std::size_t i = 1; i < n; ++i)
    if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) return 0;
  return n;
}

std::vector<std::size_t> widths(const Table& table) {
  std::vector<std::size_t> out;
  for (const auto& cell : table.header)
    out.push_back(width(cell));
  for (const auto& row : table.rows)
    for (std::size_t i = 0; i < out.size() && i < row.size(); ++i)
      out[i] = std::max(out[i], width(row[i]));
  return out;
}

}  // namespace

std::string framed(const Table& table) {
  const auto columns = widths(table);
  std::string rule = "+";
  for (const std::size_t w : columns)
    rule += std::string(w + 2, '-') + "+";
  rule += "\n";
  std::string out = rule + "|";
  for (std::size_t i = 0; i < columns.size(); ++i) {
    std::string title = table.header[i];
    std::transform(title.begin(), title.end(), title.begin(), [](char c) {
      return c == '_' ? ' ' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    });
    const std::size_t space = columns[i] - width(title), left = space / 2;
    out += " " + std::string(left, ' ') + title + std::string(space - left, ' ') + " |";
  }
  out += "\n" + rule;
  for (const auto& row : table.rows) {
    out += "|";
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const std::string cell = i < row.size() ? row[i] : "";
      out += " " + std::string(columns[i] - width(cell), ' ') + cell + " |";
    }
    out += "\n";
  }
  return out + rule;
}

std::string plain(const Table& table) {
  std::string out;
  for (const auto& row : table.rows)
    out += joined(row, ", ") + "\n";
  return out;
}

std::string human_bytes(std::uint64_t bytes) {
  constexpr const char* kUnits[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
  if (bytes < 10) return std::to_string(bytes) + " B";
  double value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 1000)
    value /= 1000, ++unit;
  value = static_cast<double>(static_cast<std::uint64_t>(value * 10 + 0.5)) / 10;
  return formatted(value < 10 ? "%.1f %s" : "%.0f %s", value, kUnits[unit]);
}

std::string go_duration(std::chrono::nanoseconds d) {
  const long long ns = d.count();
  if (ns == 0) return "0s";
  if (ns < 1'000) return formatted("%lldns", ns);
  if (ns < 1'000'000) return without_zeros(formatted("%lld.%03lld", ns / 1'000, ns % 1'000)) + "µs";
  if (ns < 1'000'000'000)
    return without_zeros(formatted("%lld.%06lld", ns / 1'000'000, ns % 1'000'000)) + "ms";
  const long long minutes = ns / 60'000'000'000, rest = ns % 60'000'000'000;
  std::string out;
  if (minutes >= 60) out += formatted("%lldh", minutes / 60);
  if (minutes > 0) out += formatted("%lldm", minutes % 60);
  return out + without_zeros(formatted("%lld.%09lld", rest / 1'000'000'000, rest % 1'000'000'000)) + "s";
}

std::string clock_time(std::chrono::nanoseconds d) {
  const long seconds = std::chrono::duration_cast<std::chrono::seconds>(d).count();
  if (seconds < 3600) return formatted("%02ld:%02ld", seconds / 60, seconds % 60);
  return formatted("%ld:%02ld:%02ld", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

std::string hex_id(std::uint64_t id) {
  return formatted("%llx", static_cast<unsigned long long>(id));
}

std::string lease_id(std::int64_t id) {
  return formatted("%016llx", static_cast<unsigned long long>(id));
}

base::Result<std::uint64_t> parse_hex_id(std::string_view text, std::string_view what) {
  if (text.starts_with("0x")) text.remove_prefix(2);
  std::uint64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id, 16);
  if (error == std::errc() && end == text.data() + text.size()) return id;
  return base::Error(base::Errc::invalid_argument,
                     "\"" + std::string(text) + "\" is no " + std::string(what) +
                         ": it is written in hexadecimal, as the lists show it");
}

std::string hex_bytes(std::string_view bytes) {
  std::string out;
  for (const char c : bytes)
    out += formatted("\\x%02x", static_cast<unsigned char>(c));
  return out;
}

std::string quoted(std::string_view bytes) {
  std::string out = "\"";
  while (!bytes.empty()) {
    const char c = bytes[0];
    const std::size_t n = character(bytes);
    constexpr std::string_view kNames = "\a\b\f\n\r\t\v", kLetters = "abfnrtv";
    const auto name = kNames.find(c);
    if (c == '"' || c == '\\') {
      (out += '\\') += c;
    } else if (name != std::string_view::npos) {
      (out += '\\') += kLetters[name];
    } else if (n == 0 || static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      out += formatted("\\x%02x", static_cast<unsigned char>(c));
    } else {
      out += bytes.substr(0, n);
    }
    bytes.remove_prefix(std::max<std::size_t>(n, 1));
  }
  return out + "\"";
}

std::string joined(const std::vector<std::string>& words, std::string_view separator) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i)
    (out += i == 0 ? std::string_view() : separator) += words[i];
  return out;
}

}  // namespace coxctl::store
