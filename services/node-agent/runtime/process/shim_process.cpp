#include "node-agent/runtime/process/shim_process.hpp"
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cerrno>
#include <climits>
#include <cstring>

extern char** environ;

namespace node_agent::runtime {

namespace {

constexpr int answer_ms_max = 60'000;

base::Error system_error(const std::string& what, int error) {
  return base::Error(base::Errc::internal, what + ": " + std::strerror(error));
}

/// Spawned with `output` as its descriptor `as`, and nothing else of ours. (fork is not for a process with
/// threads; posix_spawn is.)
base::Result<pid_t> spawn(const std::string& shim, const std::string& verb, const std::string& directory,
                          int output, int as) {
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&files);
  posix_spawnattr_init(&attributes);
  posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
  if (as != 1) posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
  // To a number out of the way first: the pipe may have one that is overwritten, and a copy of a descriptor
  // onto itself would keep its close-on-exec flag.
  posix_spawn_file_actions_adddup2(&files, output, 9);
  posix_spawn_file_actions_adddup2(&files, 9, as);
  posix_spawn_file_actions_addclosefrom_np(&files, 4);
  if (as != 3) posix_spawn_file_actions_addclosefrom_np(&files, 3);
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  char* const arguments[] = {const_cast<char*>("process-shim"), const_cast<char*>(verb.c_str()),
                             const_cast<char*>(directory.c_str()), nullptr};
  pid_t pid = -1;
  const int error = posix_spawn(&pid, shim.c_str(), &files, &attributes, arguments, environ);
  posix_spawn_file_actions_destroy(&files);
  posix_spawnattr_destroy(&attributes);
  if (error != 0) return system_error("starting " + shim, error);
  return pid;
}

/// All that comes until the other side closes.
base::Result<std::string> read_answer(int fd) {
  std::string out;
  char piece[4096];
  for (;;) {
    pollfd ready{fd, POLLIN, 0};
    const int n = ::poll(&ready, 1, answer_ms_max);
    if (n == 0) return base::Error(base::Errc::deadline_exceeded, "process-shim does not answer");
    const auto got = n < 0 ? n : ::read(fd, piece, sizeof piece);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error("process-shim", errno);
    if (got == 0) return out;
    out.append(piece, static_cast<std::size_t>(got));
  }
}

base::Result<std::string> run(const std::string& shim, const std::string& verb, const std::string& directory,
                              int as) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return system_error("pipe", errno);
  auto pid = spawn(shim, verb, directory, ends[1], as);
  ::close(ends[1]);
  base::Result<std::string> answer = pid ? read_answer(ends[0]) : pid.error();
  ::close(ends[0]);
  if (!pid) return answer;
  int status = 0;
  while (::waitpid(*pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (answer && status != 0)
    return base::Error(base::Errc::internal,
                       "process-shim " + verb + " ended with status " + std::to_string(status));
  return answer;
}

}  // namespace

base::Result<std::string> find_shim(const std::string& given) {
  std::string path = given;
  if (path.empty()) {
    char own[PATH_MAX];
    const auto n = ::readlink("/proc/self/exe", own, sizeof own);
    path.assign(own, n > 0 ? static_cast<std::size_t>(n) : 0);
    path = path.substr(0, path.rfind('/') + 1) + "process-shim";
  }
  if (::access(path.c_str(), X_OK) == 0) return path;
  return base::Error(base::Errc::not_found, "the supervisor " + path + ": " + std::strerror(errno));
}

base::Result<shim::Isolation> probe_isolation(const std::string& shim, const std::string& directory) {
  const auto said = run(shim, "probe", directory, 1);
  if (!said) return said.error();
  return shim::isolation_from(said->substr(0, said->find('\n')));
}

base::Result<shim::Records> start_shim(const std::string& shim, const std::string& verb,
                                       const std::string& directory) {
  const auto said = run(shim, verb, directory, 3);
  if (!said) return said.error();
  auto records = shim::Records::decode(*said);
  if (!records) return base::Error(base::Errc::internal, "process-shim ended without an answer");
  return std::move(*records);
}

}  // namespace node_agent::runtime
