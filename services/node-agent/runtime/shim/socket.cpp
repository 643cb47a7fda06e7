#include "node-agent/runtime/shim/socket.hpp"
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <cerrno>
#include <functional>

namespace node_agent::shim {

namespace {

constexpr int backlog = 64;

/// A new socket on which `act` has done its work.
int socket_in(const std::string& directory,
              const std::function<bool(int fd, const sockaddr_un& address)>& act) {
  // By a descriptor: the path of a directory may be longer than an address can hold.
  const int place = ::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (place < 0) return -1;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = "/proc/self/fd/" + std::to_string(place) + "/socket";
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const bool done = fd >= 0 && act(fd, address);
  const int error = errno;
  ::close(place);
  if (!done && fd >= 0) ::close(fd);
  errno = error;
  return done ? fd : -1;
}

const sockaddr* generic(const sockaddr_un& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

}  // namespace

int listen_in(const std::string& directory) {
  return socket_in(directory, [](int fd, const sockaddr_un& address) {
    ::unlink(address.sun_path);
    return ::bind(fd, generic(address), sizeof address) == 0 && ::listen(fd, backlog) == 0;
  });
}

int connect_in(const std::string& directory) {
  return socket_in(directory, [](int fd, const sockaddr_un& address) {
    return ::connect(fd, generic(address), sizeof address) == 0;
  });
}

}  // namespace node_agent::shim
