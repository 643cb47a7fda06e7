#include "node-agent/volumes/files.hpp"
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace node_agent::volumes {

using base::Errc;
using base::Error;
using base::Result;

namespace {

/// Closes what it holds.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const noexcept { return fd_; }

 private:
  int fd_;
};

Result<void> write_all(int fd, std::string_view data, const std::string& path) {
  while (!data.empty()) {
    const auto n = ::write(fd, data.data(), data.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return system_error("write " + path);
    data.remove_prefix(static_cast<std::size_t>(n));
  }
  return {};
}

}  // namespace

Error system_error(const std::string& what) {
  const int e = errno;
  const auto code = e == ENOENT                  ? Errc::not_found
                    : e == EPERM || e == EACCES  ? Errc::permission_denied
                    : e == ENOSPC || e == EDQUOT ? Errc::resource_exhausted
                                                 : Errc::internal;
  return Error(code, what + ": " + std::strerror(e));
}

Result<void> make_directories(const std::string& path, unsigned mode) {
  if (::mkdir(path.c_str(), mode) == 0)
    return ::chmod(path.c_str(), mode) == 0 ? Result<void>() : system_error("chmod " + path);
  if (errno == EEXIST) {
    struct stat st {};
    if (::stat(path.c_str(), &st) == 0 && S_ISDIR(st.st_mode)) return {};
    errno = ENOTDIR;
    return system_error("mkdir " + path);
  }
  const auto slash = path.find_last_of('/');
  if (errno != ENOENT || slash == std::string::npos || slash == 0) return system_error("mkdir " + path);
  auto above = make_directories(path.substr(0, slash), mode);
  return above ? make_directories(path, mode) : above;
}

Result<void> create_file(const std::string& path, std::string_view data, unsigned mode, std::int64_t user) {
  const Descriptor fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (fd.get() < 0) return system_error("create " + path);
  auto written = write_all(fd.get(), data, path);
  if (!written) return written;
  if (user >= 0 && ::fchown(fd.get(), static_cast<uid_t>(user), static_cast<gid_t>(-1)) != 0)
    return system_error("chown " + path);
  if (::fchmod(fd.get(), mode) != 0) return system_error("chmod " + path);
  return {};
}

Result<void> overwrite_file(const std::string& path, std::string_view data, unsigned mode) {
  const Descriptor fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (fd.get() < 0) return system_error("open " + path);
  if (::fchmod(fd.get(), mode) != 0) return system_error("chmod " + path);
  return write_all(fd.get(), data, path);
}

Result<std::string> read_end(const std::string& path, std::size_t bytes_max) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (fd.get() < 0) return system_error("open " + path);
  struct stat st {};
  if (::fstat(fd.get(), &st) != 0) return system_error("stat " + path);
  if (!S_ISREG(st.st_mode)) return Error(Errc::invalid_argument, path + " is not a file");
  const auto max = static_cast<off_t>(bytes_max);
  if (st.st_size > max && ::lseek(fd.get(), st.st_size - max, SEEK_SET) < 0)
    return system_error("seek " + path);
  std::string out(bytes_max, '\0');
  std::size_t size = 0;
  while (size < bytes_max) {
    const auto n = ::read(fd.get(), out.data() + size, bytes_max - size);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return system_error("read " + path);
    if (n == 0) break;
    size += static_cast<std::size_t>(n);
  }
  out.resize(size);
  return out;
}

Result<void> remove_tree(const std::string& path) {
  std::error_code code;
  std::filesystem::remove_all(path, code);
  if (code && code != std::errc::no_such_file_or_directory)
    return Error(Errc::internal, "remove " + path + ": " + code.message());
  return {};
}

}  // namespace node_agent::volumes
