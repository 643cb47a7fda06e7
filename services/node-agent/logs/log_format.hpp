#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include "base/clock.hpp"
#include "base/error.hpp"
#include "http/message.hpp"

/// Container logs as they lie on disk and as clients ask for them.
/// A line of a file: RFC 3339 time with nanoseconds, "stdout" or "stderr", "P" (part of a line) or "F" (its
/// end), text. Source: the CRI logging format (kubelet-cri-logging).
namespace node_agent::logs {

struct LogLine {
  std::string_view timestamp, stream, text;
  bool partial = false;
};
/// One line without its newline; none if it is not of that form.
std::optional<LogLine> parse_log_line(std::string_view line);

/// PodLogOptions as far as a node answers for them.
struct LogOptions {
  bool follow = false, previous = false, timestamps = false;
  std::optional<base::SystemTime> since;
  std::optional<std::int64_t> tail_lines, limit_bytes;
  std::string stream;  ///< "stdout", "stderr"; empty: both.
};
/// From the query of a log request; `now` for sinceSeconds. Errors: invalid_argument with upstream's words.
base::Result<LogOptions> parse_log_options(const http::Query& query, base::SystemTime now);

/// Turns pieces of a file into what the client gets. Pure. A piece may end within a line.
class LogFilter {
 public:
  explicit LogFilter(LogOptions options) : options_(std::move(options)) {}
  /// Appends to `out` what `piece` gives.
  void feed(std::string_view piece, std::string& out);
  /// The byte limit is reached: nothing will come any more.
  bool done() const noexcept { return done_; }

 private:
  void line(std::string_view text, std::string& out);
  void emit(std::string_view text, std::string& out);

  LogOptions options_;
  std::string rest_;          ///< Of a line that has not ended.
  bool within_line_ = false;  ///< The last line was partial and was written.
  std::int64_t written_ = 0;
  bool done_ = false;
};

/// Where the last `lines` complete lines of `text` begin; counting goes on in `found` when `text` is one of
/// several pieces read from the end of a file backwards. None: further back.
std::optional<std::size_t> tail_offset(std::string_view text, std::int64_t lines, std::int64_t& found);

}  // namespace node_agent::logs
