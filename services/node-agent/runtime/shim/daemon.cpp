#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include "node-agent/runtime/shim/supervisor.hpp"

namespace node_agent::shim {

namespace {

constexpr int handshake_fd = 3;

struct flock whole_file(short type) {
  struct flock out {};
  out.l_type = type;
  out.l_whence = SEEK_SET;
  return out;
}

}  // namespace

// A lock of fcntl's kind: it is the process's, and no child inherits it.
bool lock_directory(const std::string& directory) {
  const int fd = ::open((directory + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  auto lock = whole_file(F_WRLCK);
  return fd >= 0 && ::fcntl(fd, F_SETLK, &lock) == 0;
}

std::int64_t lock_holder(const std::string& directory) {
  const int fd = ::open((directory + "/lock").c_str(), O_RDWR | O_CLOEXEC);
  if (fd < 0) return 0;
  auto lock = whole_file(F_WRLCK);
  const bool asked = ::fcntl(fd, F_GETLK, &lock) == 0;
  ::close(fd);
  return asked && lock.l_type != F_UNLCK ? lock.l_pid : 0;
}

void become_daemon(const std::string& log) {
  if (const pid_t pid = ::fork(); pid != 0) ::_exit(pid > 0 ? 0 : 1);
  ::setsid();
  ::umask(022);
  if (::chdir("/") != 0) ::_exit(1);
  const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  const int errors = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  ::dup2(nothing, 0);
  ::dup2(nothing, 1);
  ::dup2(errors < 0 ? nothing : errors, 2);
  ::close(nothing);
  if (errors >= 0) ::close(errors);
}

int run_container(const std::string& directory) {
  ::fcntl(handshake_fd, F_SETFD, FD_CLOEXEC);
  ::close_range(handshake_fd + 1, ~0U, 0);
  const auto records = Records::decode(read_file(directory + "/spec").value_or(""));
  if (!records) {
    std::fprintf(stderr, "%s/spec cannot be read\n", directory.c_str());
    return 2;
  }
  become_daemon(directory + "/shim.log");
  if (!lock_directory(directory)) {
    std::fprintf(stderr, "another shim runs this container\n");
    return 1;
  }
  return Supervisor(directory, ContainerSpec::decode(*records)).run(handshake_fd);
}

}  // namespace node_agent::shim
