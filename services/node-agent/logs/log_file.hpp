#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include "base/error.hpp"

namespace node_agent::logs {

/// One container's current log file, read from some point on and over rotations. Blocking; one thread at a
/// time.
class LogFile {
 public:
  /// Error: not_found; internal.
  static base::Result<LogFile> open(std::string path);
  LogFile(LogFile&&) noexcept;
  LogFile& operator=(LogFile&&) noexcept;
  ~LogFile();

  /// Goes to where the last `lines` lines begin.
  base::Result<void> seek_tail(std::int64_t lines);
  /// The next piece, at most `bytes_max`; empty at the end of what there is.
  base::Result<std::string> read(std::size_t bytes_max);
  /// At the end of a file that was rotated away: goes on with the one that took its place. True if it did.
  bool reopen_if_rotated();

 private:
  LogFile(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
  std::string path_;
  int fd_ = -1;
};

}  // namespace node_agent::logs
