#include "raft-store/backup/file.hpp"
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace raft_store::backup {
namespace {

namespace fs = std::filesystem;
constexpr std::uint64_t kReadStep = 1 << 20;
constexpr int kNone = -1;

base::Error system_error(const std::string& what, const fs::path& path) {
  const int code = errno;
  base::Errc kind = base::Errc::internal;
  if (code == ENOSPC || code == EDQUOT) kind = base::Errc::resource_exhausted;
  if (code == ENOENT) kind = base::Errc::not_found;
  if (code == EEXIST) kind = base::Errc::already_exists;
  if (code == EWOULDBLOCK) kind = base::Errc::unavailable;
  return {kind, what + " " + path.string() + ": " + std::strerror(code)};
}

void close_fd(int& fd) noexcept {
  if (fd != kNone) ::close(fd);
  fd = kNone;
}

}  // namespace

base::Result<OutputFile> OutputFile::create(fs::path path) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return system_error("create", path);
  return OutputFile(std::move(path), fd);
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : path_(std::move(other.path_)), fd_(std::exchange(other.fd_, kNone)), size_(other.size_) {}

OutputFile& OutputFile::operator=(OutputFile&& other) noexcept {
  close_fd(fd_);
  path_ = std::move(other.path_);
  fd_ = std::exchange(other.fd_, kNone);
  size_ = other.size_;
  return *this;
}

OutputFile::~OutputFile() {
  close_fd(fd_);
}

base::Result<void> OutputFile::append(std::string_view bytes) {
  for (std::string_view left = bytes; !left.empty();) {
    const ssize_t n = ::write(fd_, left.data(), left.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return system_error("write", path_);
    left.remove_prefix(static_cast<std::size_t>(n));
  }
  size_ += bytes.size();
  return {};
}

base::Result<void> OutputFile::sync() {
  if (::fsync(fd_) != 0) return system_error("fsync", path_);
  return {};
}

void OutputFile::drop_cache() const noexcept {
  ::posix_fadvise(fd_, 0, 0, POSIX_FADV_DONTNEED);
}

base::Result<InputFile> InputFile::open(fs::path path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return system_error("open", path);
  struct stat about {};
  if (::fstat(fd, &about) != 0 || S_ISDIR(about.st_mode)) {
    if (S_ISDIR(about.st_mode)) errno = EISDIR;
    const base::Error error = system_error("read", path);
    ::close(fd);
    return error;
  }
  ::posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
  return InputFile(std::move(path), fd, static_cast<std::uint64_t>(about.st_size));
}

InputFile::InputFile(InputFile&& other) noexcept
    : path_(std::move(other.path_)),
      fd_(std::exchange(other.fd_, kNone)),
      position_(other.position_),
      size_(other.size_) {}

InputFile& InputFile::operator=(InputFile&& other) noexcept {
  close_fd(fd_);
  path_ = std::move(other.path_);
  fd_ = std::exchange(other.fd_, kNone);
  position_ = other.position_;
  size_ = other.size_;
  return *this;
}

InputFile::~InputFile() {
  close_fd(fd_);
}

base::Result<std::string> InputFile::read(std::uint64_t bytes) {
  std::string out;
  while (out.size() < bytes) {
    const std::size_t begin = out.size();
    out.resize(begin + std::min(bytes - begin, kReadStep));
    const ssize_t n = ::pread(fd_, out.data() + begin, out.size() - begin, static_cast<off_t>(position_));
    if (n < 0 && errno != EINTR) return system_error("read", path_);
    out.resize(begin + static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
    position_ += static_cast<std::uint64_t>(std::max<ssize_t>(n, 0));
    if (n == 0) break;
  }
  return out;
}

base::Result<void> sync_directory(const fs::path& path) {
  const fs::path named = path.empty() ? fs::path(".") : path;
  int fd = ::open(named.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return system_error("open", path);
  const bool synced = ::fsync(fd) == 0;
  const base::Error error = system_error("fsync", path);
  close_fd(fd);
  if (!synced) return error;
  return {};
}

base::Result<void> rename_synced(const fs::path& from, const fs::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return system_error("rename to", to);
  return sync_directory(to.parent_path());
}

base::Result<void> make_directories(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) return base::Error(base::Errc::internal, "create " + path.string() + ": " + error.message());
  return {};
}

bool remove_file(const fs::path& path) noexcept {
  return ::unlink(path.c_str()) == 0 || errno == ENOENT;
}

base::Result<FileLock> FileLock::take(const fs::path& path) {
  int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return system_error("open", path);
  if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return FileLock(fd);
  base::Error error = system_error("lock", path);
  if (error.is(base::Errc::unavailable)) error.message = path.string() + " is locked by another process";
  close_fd(fd);
  return error;
}

FileLock::FileLock(FileLock&& other) noexcept : fd_(std::exchange(other.fd_, kNone)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  close_fd(fd_);
  fd_ = std::exchange(other.fd_, kNone);
  return *this;
}

FileLock::~FileLock() {
  close_fd(fd_);
}

}  // namespace raft_store::backup
