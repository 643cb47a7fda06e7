#pragma once
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include "base/error.hpp"

/// Structured logs: a fixed message and fields. Text (logfmt-like) or JSON lines on stderr.
/// Thread-safe; one line is one write. No secret may be passed as a field.
namespace base::log {

enum class Level { debug, info, warning, error };
enum class Format { text, json };

struct Options {
  Level level = Level::info;
  Format format = Format::text;
};
/// Sets the process-wide options. Call once, before threads start.
void configure(const Options& options);
bool enabled(Level level) noexcept;

/// One key and its value, already rendered; numbers and bools stay unquoted in JSON.
struct Field {
  std::string_view key;
  std::string value;
  bool quoted = true;
  Field(std::string_view k, std::string_view v) : key(k), value(v) {}
  Field(std::string_view k, const std::string& v) : key(k), value(v) {}
  Field(std::string_view k, const char* v) : key(k), value(v) {}
  Field(std::string_view k, bool v) : key(k), value(v ? "true" : "false"), quoted(false) {}
  template <class N, class = std::enable_if_t<std::is_arithmetic_v<N> && !std::is_same_v<N, bool>>>
  Field(std::string_view k, N v) : key(k), value(std::to_string(v)), quoted(false) {}
  Field(std::string_view k, const Error& e) : key(k), value(e.message) {}
};
using Fields = std::initializer_list<Field>;

/// The line `write` would print, newline included.
std::string render(Format format, Level level, std::string_view message, Fields fields);
void write(Level level, std::string_view message, Fields fields);
inline void debug(std::string_view m, Fields f = {}) {
  if (enabled(Level::debug)) write(Level::debug, m, f);
}
inline void info(std::string_view m, Fields f = {}) {
  write(Level::info, m, f);
}
inline void warning(std::string_view m, Fields f = {}) {
  write(Level::warning, m, f);
}
inline void error(std::string_view m, Fields f = {}) {
  write(Level::error, m, f);
}

}  // namespace base::log
