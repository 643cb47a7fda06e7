#include "node-agent/runtime/shim/end.hpp"
#include <dirent.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cstdio>
#include <vector>
#include "node-agent/runtime/shim/socket.hpp"
#include "node-agent/runtime/shim/supervisor.hpp"

namespace node_agent::shim {

namespace {

/// Of ten milliseconds: when a container that was asked is killed, and when its shim is.
constexpr int kill_round = 300, kill_shim_round = 800, rounds_max = 1300;

std::vector<std::string> directories_in(const std::string& path) {
  std::vector<std::string> out;
  DIR* entries = ::opendir(path.c_str());
  if (!entries) return out;
  while (const dirent* entry = ::readdir(entries))
    if (entry->d_name[0] != '.') out.push_back(path + "/" + entry->d_name);
  ::closedir(entries);
  return out;
}

/// Has a shim signal its container. When that has ended the shim records it and goes.
void signal_container(const std::string& directory, const Signal& signal) {
  const int fd = connect_in(directory);
  if (fd < 0) return;
  const std::string frame = encode_frame(FrameKind::signal, signal.encode());
  if (::send(fd, frame.data(), frame.size(), MSG_NOSIGNAL) < 0) std::perror(directory.c_str());
  ::close(fd);
}

/// True: nobody works in any of them any more.
bool end_all(const std::vector<std::string>& directories, bool ask) {
  for (int round = 0; round < rounds_max; ++round) {
    bool any = false;
    for (const auto& directory : directories) {
      const auto holder = static_cast<pid_t>(lock_holder(directory));
      if (holder <= 0) continue;
      any = true;
      if (ask && round == 0) signal_container(directory, {SIGTERM, false});
      if (ask && round == kill_round) signal_container(directory, {0, true});
      if (!ask || round >= kill_shim_round) ::kill(holder, SIGKILL);
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
