#include "node-agent/runtime/shim/pause.hpp"
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cerrno>
#include <cstdio>
#include "node-agent/runtime/shim/supervisor.hpp"
#include "node-agent/runtime/shim/words.hpp"

namespace node_agent::shim {

namespace {

constexpr int handshake_fd = 3;

std::string loopback_up() {
  const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  ifreq request{};
  std::string("lo").copy(request.ifr_name, sizeof request.ifr_name - 1);
  const bool known = fd >= 0 && ::ioctl(fd, SIOCGIFFLAGS, &request) == 0;
  request.ifr_flags = static_cast<short>(request.ifr_flags | IFF_UP);
  const bool up = known && ::ioctl(fd, SIOCSIFFLAGS, &request) == 0;
  const int error = errno;
  if (fd >= 0) ::close(fd);
  return up ? "" : "bringing lo up: " + system_words(error);
}

/// The first process of a pid namespace that all containers of a pod share: it reaps what they orphan.
[[noreturn]] void reap_for_ever() {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::close(handshake_fd);
  sigset_t all;
  ::sigfillset(&all);
  for (;;) {
    int number = 0;
    ::sigwait(&all, &number);
    while (::waitpid(-1, nullptr, WNOHANG) > 0) {
    }
  }
}

std::string make_namespaces(const PauseSpec& spec) {
  const int kinds = (spec.ipc ? CLONE_NEWIPC : 0) | (spec.uts ? CLONE_NEWUTS : 0) |
                    (spec.net ? CLONE_NEWNET : 0) | (spec.pid ? CLONE_NEWPID : 0);
  if (::unshare(kinds) != 0) return "making the sandbox's namespaces: " + system_words(errno);
  if (spec.uts && ::sethostname(spec.hostname.c_str(), spec.hostname.size()) != 0)
    return "setting the hostname: " + system_words(errno);
  if (spec.net)
    if (auto trouble = loopback_up(); !trouble.empty()) return trouble;
  if (!spec.pid) return {};
  const pid_t first = ::fork();
  if (first == 0) reap_for_ever();
  return first > 0 ? "" : "fork: " + system_words(errno);
}

bool can_isolate(Isolation isolation, const std::string& directory) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    ContainerSpec spec;
    spec.isolation = isolation;
    spec.hostname = "probe";
    const Cgroup none({});
    Launcher launcher(spec, none, directory);
    const bool done = !launcher.prepare();
    if (launcher.init() > 0) ::kill(launcher.init(), SIGKILL);
    ::_exit(done ? 0 : 1);
  }
  int status = 1;
  return pid > 0 && ::waitpid(pid, &status, 0) == pid && status == 0;
}

}  // namespace

int run_pause(const std::string& directory) {
  ::fcntl(handshake_fd, F_SETFD, FD_CLOEXEC);
  ::close_range(handshake_fd + 1, ~0U, 0);
  const auto records = Records::decode(read_file(directory + "/spec").value_or(""));
  if (!records) return 2;
  become_daemon(directory + "/shim.log");
  if (!lock_directory(directory)) return 1;
  ::prctl(PR_SET_NAME, "pause");
  sigset_t all;
  ::sigfillset(&all);
  ::sigprocmask(SIG_SETMASK, &all, nullptr);
  std::string trouble = make_namespaces(PauseSpec::decode(*records));
  Records said;
  said.add("pid", ::getpid());
  said.add("start_ticks", start_ticks(::getpid()));
  said.add("boot_id", boot_id());
  if (trouble.empty() && !write_file(directory + "/state", said.encode()))
    trouble = "writing the state: " + system_words(errno);
  said.add("message", trouble);
  const std::string text = said.encode();
  if (::write(handshake_fd, text.data(), text.size()) < 0 || !trouble.empty()) return 1;
  ::close(handshake_fd);
  for (;;) {
    int number = 0;
    ::sigwait(&all, &number);
    while (::waitpid(-1, nullptr, WNOHANG) > 0) {
    }
  }
}

int run_probe(const std::string& directory) {
  ::mkdir((directory + "/scratch").c_str(), 0700);
  Isolation isolation = Isolation::none;
  for (const auto candidate : {Isolation::user, Isolation::full})
    if (can_isolate(candidate, directory)) isolation = candidate;
  ::rmdir((directory + "/scratch").c_str());
  std::printf("%s\n", to_string(isolation).c_str());
  return 0;
}

}  // namespace node_agent::shim
