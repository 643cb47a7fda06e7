#include "base/log.hpp"
#include <unistd.h>
#include <atomic>
#include <cerrno>
#include "base/clock.hpp"

namespace base::log {
namespace {

std::atomic<Level> level_now{Level::info};
std::atomic<Format> format_now{Format::text};

std::string_view name_of(Level level) {
  switch (level) {
    case Level::debug:
      return "debug";
    case Level::info:
      return "info";
    case Level::warning:
      return "warning";
    case Level::error:
      return "error";
  }
  return "unknown";
}

void append_escaped(std::string& out, std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
          out += "\\u00";
          out += digits[static_cast<unsigned char>(c) >> 4];
          out += digits[static_cast<unsigned char>(c) & 15];
        } else {
          out += c;
        }
    }
  }
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  append_escaped(out, text);
  out += '"';
}

std::string json_line(Level level, std::string_view message, Fields fields) {
  std::string line = "{\"ts\":\"" + format_rfc3339_micro(Clock::real().now()) + "\",\"level\":\"";
  line += name_of(level);
  line += "\",\"msg\":";
  append_quoted(line, message);
  for (const Field& field : fields) {
    line += ',';
    append_quoted(line, field.key);
    line += ':';
    // Infinity and NaN are numbers to us but not to JSON.
    const bool is_number = field.value.find_first_of("in") == std::string::npos;
    const bool bare = !field.quoted && (is_number || field.value == "true" || field.value == "false");
    if (bare) {
      line += field.value;
    } else {
      append_quoted(line, field.value);
    }
  }
  line += "}\n";
  return line;
}

std::string text_line(Level level, std::string_view message, Fields fields) {
  constexpr std::string_view letters = "DIWE";
  std::string line(1, letters[static_cast<std::size_t>(level)]);
  line += ' ' + format_rfc3339_micro(Clock::real().now()) + ' ';
  append_escaped(line, message);
  for (const Field& field : fields) {
    line += ' ';
    line += field.key;
    line += '=';
    if (field.quoted) {
      append_quoted(line, field.value);
    } else {
      line += field.value;
    }
  }
  line += '\n';
  return line;
}

}  // namespace

void configure(const Options& options) {
  level_now = options.level;
  format_now = options.format;
}

bool enabled(Level level) noexcept {
  return level >= level_now.load(std::memory_order_relaxed);
}

std::string render(Format format, Level level, std::string_view message, Fields fields) {
  return format == Format::json ? json_line(level, message, fields) : text_line(level, message, fields);
}

void write(Level level, std::string_view message, Fields fields) {
  if (!enabled(level)) return;
  const std::string line = render(format_now.load(std::memory_order_relaxed), level, message, fields);
  // One write a line keeps lines of several threads and processes whole; a full disk must not stop the
  // daemon.
  while (::write(STDERR_FILENO, line.data(), line.size()) < 0 && errno == EINTR) {
  }
}

}  // namespace base::log
