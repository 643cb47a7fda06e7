#include "node-agent/runtime/shim/end.hpp"
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <cstdio>
#include <vector>
#include "node-agent/runtime/shim/supervisor.hpp"

namespace node_agent::shim {

namespace {

constexpr int polite_rounds = 500, rounds_max = 1000;  // Of ten milliseconds.

std::vector<std::string> directories_in(const std::string& path) {
  std::vector<std::string> out;
  DIR* entries = ::opendir(path.c_str());
  if (!entries) return out;
  while (const dirent* entry = ::readdir(entries))
    if (entry->d_name[0] != '.') out.push_back(path + "/" + entry->d_name);
  ::closedir(entries);
  return out;
}

/// Asks a shim to kill its container. It records that and goes.
void ask_to_end(const std::string& directory) {
  const int place = ::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = "/proc/self/fd/" + std::to_string(place) + "/socket";
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  const std::string frame = encode_frame(FrameKind::signal, Signal{0, true}.encode());
  if (place >= 0 && fd >= 0 && ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0)
    if (::send(fd, frame.data(), frame.size(), MSG_NOSIGNAL) < 0) std::perror(directory.c_str());
  if (fd >= 0) ::close(fd);
  if (place >= 0) ::close(place);
}

/// True: nobody works in any of them any more.
bool end_all(const std::vector<std::string>& directories, bool ask) {
  for (int round = 0; round < rounds_max; ++round) {
    bool any = false;
    for (const auto& directory : directories) {
      const auto holder = static_cast<pid_t>(lock_holder(directory));
      if (holder <= 0) continue;
      any = true;
      if (ask && round == 0) ask_to_end(directory);
      if (!ask || round > polite_rounds) ::kill(holder, SIGKILL);
    }
    if (!any) return true;
    ::usleep(10'000);
  }
  return false;
}

}  // namespace

int run_end(const std::string& directory) {
  const bool containers = end_all(directories_in(directory + "/containers"), true);
  const bool sandboxes = end_all(directories_in(directory + "/sandboxes"), false);
  if (!containers || !sandboxes) std::fprintf(stderr, "something still runs in %s\n", directory.c_str());
  return containers && sandboxes ? 0 : 1;
}

}  // namespace node_agent::shim
