#include "node-agent/logs/log_file.hpp"
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <cstring>
#include <utility>
#include "node-agent/logs/log_format.hpp"

namespace node_agent::logs {

namespace {

constexpr std::int64_t tail_piece_bytes = 64 * 1024;

base::Error system_error(const std::string& path) {
  const auto code = errno == ENOENT ? base::Errc::not_found : base::Errc::internal;
  return base::Error(code, path + ": " + std::strerror(errno));
}

}  // namespace

base::Result<LogFile> LogFile::open(std::string path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return system_error(path);
  return LogFile(std::move(path), fd);
}

LogFile::LogFile(LogFile&& o) noexcept : path_(std::move(o.path_)), fd_(std::exchange(o.fd_, -1)) {}

LogFile& LogFile::operator=(LogFile&& o) noexcept {
  std::swap(path_, o.path_);
  std::swap(fd_, o.fd_);
  return *this;
}

LogFile::~LogFile() {
  if (fd_ >= 0) ::close(fd_);
}

base::Result<void> LogFile::seek_tail(std::int64_t lines) {
  auto end = ::lseek(fd_, 0, SEEK_END);
  if (end < 0) return system_error(path_);
  std::string piece;
  std::int64_t found = 0;
  while (end > 0) {
    const auto size = std::min<std::int64_t>(end, tail_piece_bytes);
    piece.resize(static_cast<std::size_t>(size));
    const auto n = ::pread(fd_, piece.data(), piece.size(), end - size);
    if (n != size) return system_error(path_);
    end -= size;
    if (const auto offset = tail_offset(piece, lines, found)) {
      end += static_cast<std::int64_t>(*offset);
      break;
    }
  }
  if (::lseek(fd_, end, SEEK_SET) < 0) return system_error(path_);
  return {};
}

base::Result<std::string> LogFile::read(std::size_t bytes_max) {
  std::string piece(bytes_max, '\0');
  const auto n = ::read(fd_, piece.data(), piece.size());
  if (n < 0) return system_error(path_);
  piece.resize(static_cast<std::size_t>(n));
  return piece;
}

bool LogFile::reopen_if_rotated() {
  struct stat mine {
  }, there{};
  if (::fstat(fd_, &mine) != 0 || ::stat(path_.c_str(), &there) != 0) return false;
  if (mine.st_ino == there.st_ino && mine.st_dev == there.st_dev) return false;
  const int fd = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  ::close(std::exchange(fd_, fd));
  return true;
}

}  // namespace node_agent::logs
