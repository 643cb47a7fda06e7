#include "node-agent/runtime/shim/launch.hpp"
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include "node-agent/runtime/shim/exec.hpp"
#include "node-agent/runtime/shim/mounts.hpp"
#include "node-agent/runtime/shim/namespaces.hpp"
#include "node-agent/runtime/shim/records.hpp"
#include "node-agent/runtime/shim/words.hpp"

namespace node_agent::shim {

namespace {

constexpr int start_error = 128;  // containerd's code for what fails before the command.
constexpr int report_ms_max = 30'000;
constexpr const char* default_path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

StartFailure start_failure(std::string message) {
  return {start_error, "StartError", std::move(message)};
}

void close_from(unsigned first) {
  if (::close_range(first, ~0U, 0) == 0) return;
  for (int fd = static_cast<int>(first); fd < 1024; ++fd)
    ::close(fd);
}

void reset_signals() {
  for (int number = 1; number < SIGRTMAX; ++number)
    ::signal(number, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

void report_failure(int fd, const StartFailure& failure) {
  Records out;
  out.add("exit_code", failure.exit_code);
  out.add("reason", failure.reason);
  out.add("message", failure.message);
  const std::string text = out.encode();
  if (::write(fd, text.data(), text.size()) < 0) ::_exit(start_error);
}

/// What the child says until it has become the command (the pipe closes) or reports "ok".
std::optional<StartFailure> await_report(int fd) {
  std::string text;
  char piece[4096];
  for (;;) {
    pollfd ready{fd, POLLIN, 0};
    const int n = ::poll(&ready, 1, report_ms_max);
    if (n < 0 && errno == EINTR) continue;
    if (n == 0) return start_failure("the container's process did not start in time");
    const auto got = ::read(fd, piece, sizeof piece);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    text.append(piece, static_cast<std::size_t>(got));
    if (text == "ok") return std::nullopt;
  }
  if (text.empty()) return std::nullopt;
  const auto records = Records::decode(text);
  if (!records) return start_failure("the container's process ended while it was set up");
  return StartFailure{static_cast<int>(records->number("exit_code", start_error)), records->get("reason"),
                      records->get("message")};
}

}  // namespace

Launcher::Launcher(const ContainerSpec& spec, const Cgroup& cgroup, std::string directory)
    : spec_(spec), cgroup_(cgroup), directory_(std::move(directory)), shim_(::getpid()) {}

std::optional<StartFailure> Launcher::prepare() {
  if (spec_.isolation == Isolation::none) {
    for (const auto& m : spec_.mounts)
      if (!m.optional && m.target != m.source)
        return start_failure("error mounting \"" + m.source + "\" to rootfs at \"" + m.target +
                             "\": this node may not make mounts (it needs root, or user namespaces)");
    return std::nullopt;
  }
  if (auto trouble = enter_shim_namespaces(); !trouble.empty()) return start_failure(trouble);
  int report[2];
  if (::pipe2(report, O_CLOEXEC) != 0) return start_failure("pipe: " + system_words(errno));
  const pid_t pid = ::fork();
  if (pid < 0) return start_failure("fork: " + system_words(errno));
  if (pid == 0) run_init(report[1]);
  init_ = pid;
  ::close(report[1]);
  auto failure = await_report(report[0]);
  ::close(report[0]);
  if (!failure && ::waitpid(init_, nullptr, WNOHANG) != 0)
    failure = start_failure("the container's init process ended while it was set up");
  return failure;
}

/// Those that hold for the children of the shim, which itself stays in the machine's.
std::string Launcher::enter_shim_namespaces() {
  if (spec_.isolation == Isolation::user)
    if (auto trouble = enter_user_namespace(); !trouble.empty()) return trouble;
  if (spec_.host_pid) return {};
  if (spec_.share_pid && spec_.pause_pid > 0) {
    const std::string path = "/proc/" + std::to_string(spec_.pause_pid) + "/ns/pid_for_children";
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    const bool joined = fd >= 0 && ::setns(fd, CLONE_NEWPID) == 0;
    const int error = errno;
    if (fd >= 0) ::close(fd);
    return joined ? "" : "joining the sandbox's pid namespace: " + system_words(error);
  }
  if (::unshare(CLONE_NEWPID) != 0) return "making a pid namespace: " + system_words(errno);
  own_pids_ = true;
  return {};
}

std::string Launcher::make_init_namespaces() {
  int fresh = CLONE_NEWNS;
  if (spec_.pause_pid > 0) {
    std::vector<Namespace> namespaces{{spec_.pause_pid, "uts", CLONE_NEWUTS}};
    if (!spec_.host_ipc) namespaces.emplace_back(spec_.pause_pid, "ipc", CLONE_NEWIPC);
    if (!spec_.host_network) namespaces.emplace_back(spec_.pause_pid, "net", CLONE_NEWNET);
    if (auto trouble = join_all(namespaces); !trouble.empty()) return trouble;
  } else {
    fresh |= CLONE_NEWUTS | (spec_.host_ipc ? 0 : CLONE_NEWIPC);
  }
  if (::unshare(fresh) != 0) return "making namespaces: " + system_words(errno);
  if (spec_.pause_pid <= 0 && !spec_.hostname.empty())
    ::sethostname(spec_.hostname.c_str(), spec_.hostname.size());
  if (auto trouble = place_mounts(spec_.mounts, directory_ + "/scratch"); !trouble.empty()) return trouble;
  // Where /proc is partly covered a user namespace gets no new one: then it shows the machine's processes.
  if (!spec_.host_pid && ::mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) != 0 &&
      spec_.isolation == Isolation::full)
    return "mounting /proc: " + system_words(errno);
  return {};
}

void Launcher::run_init(int report) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::prctl(PR_SET_NAME, "container-init");
  if (auto trouble = make_init_namespaces(); !trouble.empty()) {
    report_failure(report, start_failure(trouble));
    ::_exit(1);
  }
  sigset_t all;
  ::sigfillset(&all);
  ::sigprocmask(SIG_SETMASK, &all, nullptr);
  if (::write(report, "ok", 2) != 2) ::_exit(1);
  const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  for (const int fd : {0, 1, 2})
    ::dup2(nothing, fd);
  close_from(3);
  for (;;) {
    int number = 0;
    if (::sigwait(&all, &number) != 0) continue;
    if (number == SIGCHLD)
      while (::waitpid(-1, nullptr, WNOHANG) > 0) {
      }
    else if (own_pids_)
      ::kill(2, number);  // The command: the first that is forked after this process.
  }
}

std::optional<StartFailure> Launcher::start(const Command& command, Launched& out) {
  Launched mine, theirs;
  int report[2] = {-1, -1};
  if (!open_streams(command, mine, theirs) || ::pipe2(report, O_CLOEXEC) != 0) {
    const int error = errno;
    close_streams(mine);
    close_streams(theirs);
    return start_failure("making the streams: " + system_words(error));
  }
  mine.pid = ::fork();
  if (mine.pid == 0) run_command(command, theirs, report[1]);
  const int error = errno;
  ::close(report[1]);
  if (theirs.tty)
    ::close(theirs.in);
  else
    close_streams(theirs);
  auto failure = mine.pid < 0 ? start_failure("fork: " + system_words(error)) : await_report(report[0]);
  ::close(report[0]);
  if (!failure) {
    out = mine;
    return std::nullopt;
  }
  close_streams(mine);
  if (mine.pid > 0) {
    ::kill(mine.pid, SIGKILL);
    ::waitpid(mine.pid, nullptr, 0);
  }
  return failure;
}

void Launcher::run_command(const Command& command, const Launched& theirs, int report) {
  reset_signals();
  ::setsid();
  ::umask(022);
  cgroup_.enter();
  write_into("/proc/self/oom_score_adj", std::to_string(spec_.oom_score_adj));
  take_streams(theirs);
  std::string trouble = join_container();
  const auto variables = environment(command.tty);
  if (trouble.empty()) trouble = become_user();
  const std::string cwd = spec_.working_dir.empty() ? "/" : spec_.working_dir;
  if (trouble.empty() && ::chdir(cwd.c_str()) != 0)
    trouble = "chdir to cwd (\"" + cwd + "\") failed: " + system_words(errno);
  // After the change of user, which clears it.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (spec_.isolation == Isolation::none && ::getppid() != shim_) ::_exit(start_error);
  ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
  report_failure(report, trouble.empty() ? execute(command.arguments, variables) : start_failure(trouble));
  ::_exit(start_error);
}

std::string Launcher::join_container() {
  if (init_ <= 0) return {};
  const std::vector<Namespace> namespaces{{init_, "uts", CLONE_NEWUTS},
                                          {init_, "ipc", CLONE_NEWIPC},
                                          {init_, "net", CLONE_NEWNET},
                                          {init_, "mnt", CLONE_NEWNS}};
  return join_all(namespaces);
}

std::string Launcher::become_user() {
  if (spec_.uid < 0 && spec_.gid < 0) return {};
  const auto uid = spec_.uid < 0 ? static_cast<std::int64_t>(::geteuid()) : spec_.uid;
  const auto entry = passwd_entry(uid);
  const auto gid = spec_.gid >= 0 ? spec_.gid : entry ? entry->gid : 0;
  const bool same = uid == ::geteuid() && (spec_.gid < 0 || gid == ::getegid());
  // Root drops its other groups; within a user namespace of one's own that is not permitted.
  if (same && (uid != 0 || spec_.isolation == Isolation::user)) return {};
  const auto group = static_cast<gid_t>(gid);
  if (::setgroups(1, &group) != 0 || ::setgid(group) != 0 || ::setuid(static_cast<uid_t>(uid)) != 0)
    return "running as user " + std::to_string(uid) + " and group " + std::to_string(gid) + ": " +
           system_words(errno);
  return {};
}

std::vector<std::string> Launcher::environment(bool tty) const {
  auto out = spec_.env;
  const auto add = [&out](const std::string& variable) {
    const auto name = variable.substr(0, variable.find('=') + 1);
    const auto has = [&](const std::string& v) { return v.starts_with(name); };
    if (std::none_of(out.begin(), out.end(), has)) out.push_back(variable);
  };
  add(default_path);
  if (!spec_.hostname.empty()) add("HOSTNAME=" + spec_.hostname);
  if (tty) add("TERM=xterm");
  const auto entry = passwd_entry(spec_.uid < 0 ? static_cast<std::int64_t>(::geteuid()) : spec_.uid);
  add("HOME=" + (entry && !entry->home.empty() ? entry->home : "/"));
  if (!own_pids_) add(std::string(marker_variable) + "=" + spec_.id);
  return out;
}

}  // namespace node_agent::shim
