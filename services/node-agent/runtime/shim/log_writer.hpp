#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace node_agent::shim {

/// Writes what a container prints as the CRI logging format has it, one file and the rotated ones beside it
/// (`<path>.<YYYYMMDD-hhmmss.uuuuuu>`, oldest first). A full disk loses lines, never the container.
class LogWriter {
 public:
  enum class Stream { out, err };
  /// A longer line is written in parts (containerd's max_container_log_line_size).
  static constexpr std::size_t line_bytes_max = 16 * 1024;

  /// `path` empty: nothing is written. `files_max` counts the current one.
  LogWriter(std::string path, std::int64_t bytes_max, std::int64_t files_max);
  ~LogWriter();
  LogWriter(const LogWriter&) = delete;
  LogWriter& operator=(const LogWriter&) = delete;

  /// Goes on at the end of a file that is there. False, with errno: it cannot be written.
  bool open();
  /// What came out of the stream; `now_ns` since 1970.
  void write(Stream stream, std::string_view data, std::int64_t now_ns);
  /// The streams have ended: what is left of a line goes out as one.
  void finish(std::int64_t now_ns);

 private:
  void line(Stream stream, std::string_view text, bool partial, std::int64_t now_ns);
  void flush();
  void rotate();
  void drop_oldest();

  std::string path_;
  std::int64_t bytes_max_, files_max_, size_ = 0;
  int fd_ = -1;
  std::string rest_[2];  ///< Of each stream: a line that has not ended.
  std::string pending_;  ///< Whole lines, not yet in the file.
};

/// "2026-01-02T15:04:05.000000006Z"
std::string format_log_time(std::int64_t ns);

}  // namespace node_agent::shim
