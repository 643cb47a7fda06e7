#include "node-agent/runtime/shim/supervisor.hpp"
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include "node-agent/runtime/shim/processes.hpp"
#include "node-agent/runtime/shim/socket.hpp"
#include "node-agent/runtime/shim/words.hpp"

namespace node_agent::shim {

namespace {

constexpr std::size_t sessions_max = 64;
constexpr std::int64_t second = 1'000'000'000;
/// How long the rest of a container's output is waited for after its processes have ended: somebody outside
/// may hold its end of the pipe.
constexpr std::int64_t drain_ns = second;
constexpr int end_rounds_max = 1000;  // Of five milliseconds.

int exit_code_of(int status) {
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int open_signals() {
  // What is sent to everything in a service's control group is not meant for us: only SIGKILL ends a shim.
  for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGPIPE, SIGUSR1, SIGUSR2})
    ::signal(number, SIG_IGN);
  sigset_t children;
  ::sigemptyset(&children);
  ::sigaddset(&children, SIGCHLD);
  ::sigprocmask(SIG_SETMASK, &children, nullptr);
  return ::signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK);
}

}  // namespace

Supervisor::Supervisor(std::string directory, ContainerSpec spec)
    : directory_(std::move(directory)),
      spec_(std::move(spec)),
      cgroup_(spec_.cgroups),
      launcher_(spec_, cgroup_, directory_),
      log_(spec_.log_path, spec_.log_bytes_max, spec_.log_files_max) {}

Supervisor::~Supervisor() {
  for (int* fd : {&command_.in, &command_.out, &command_.err, &listener_, &signals_})
    close_fd(*fd);
}

int Supervisor::run(int handshake) {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  signals_ = open_signals();
  const auto failure = start();
  Records said;
  if (failure) {
    said.add("exit_code", failure->exit_code);
    said.add("reason", failure->reason);
    said.add("message", failure->message);
    end_everything();
    state_.exit_code = failure->exit_code;
    state_.reason = failure->reason;
    state_.message = failure->message;
    state_.started_ns = 0;
    state_.finished_ns = now_ns();
    record_exit();
  } else {
    said.add("pid", state_.pid);
    said.add("trouble", state_.trouble);
  }
  const std::string text = said.encode();
  if (::write(handshake, text.data(), text.size()) < 0)
    std::fprintf(stderr, "nobody waits for the start any more\n");
  ::close(handshake);
  if (failure) return 0;
  while (!ended_)
    turn(0);
  end_everything();
  for (const auto until = now_ns() + drain_ns; (command_.out >= 0 || command_.err >= 0) && now_ns() < until;)
    turn(until);
  log_.finish(now_ns());
  record_exit();
  part_from_clients();
  return 0;
}

std::optional<StartFailure> Supervisor::start() {
  state_.boot_id = boot_id();
  state_.shim_pid = ::getpid();
  listener_ = listen_in(directory_);
  if (listener_ < 0) return StartFailure{128, "StartError", "the shim's socket: " + system_words(errno)};
  if (!log_.open())
    return StartFailure{128, "StartError", "opening " + spec_.log_path + ": " + system_words(errno)};
  state_.trouble = cgroup_.create(spec_.limits);
  if (auto failure = launcher_.prepare()) return failure;
  Command command{spec_.command, spec_.stdin_, true, true, spec_.tty};
  if (auto failure = launcher_.start(command, command_)) return failure;
  state_.pid = command_.pid;
  state_.started_ns = now_ns();
  for (const int fd : {command_.in, command_.out, command_.err})
    if (fd >= 0) ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
  record(state_);
  return std::nullopt;
}

std::int64_t Supervisor::next_deadline(std::int64_t deadline_ns) const {
  for (const auto& s : sessions_) {
    const auto its = s->deadline_ns();
    if (its > 0 && !s->over() && (deadline_ns == 0 || its < deadline_ns)) deadline_ns = its;
  }
  return deadline_ns;
}

/// Waits for something to happen and does what it takes. `deadline_ns` since 1970; 0: none.
void Supervisor::turn(std::int64_t deadline_ns) {
  constexpr std::size_t fixed = 4;
  std::vector<pollfd> wanted{{signals_, POLLIN, 0},
                             {sessions_.size() < sessions_max ? listener_ : -1, POLLIN, 0},
                             {command_.out, POLLIN, 0},
                             {command_.err, POLLIN, 0}};
  for (const auto& s : sessions_)
    s->add_to(wanted);
  int timeout = -1;
  if (const auto until = next_deadline(deadline_ns); until > 0)
    timeout = static_cast<int>(std::clamp<std::int64_t>((until - now_ns()) / 1'000'000 + 1, 0, 60'000));
  if (::poll(wanted.data(), wanted.size(), timeout) < 0) return;
  if (wanted[2].revents) read_container(command_.out, LogWriter::Stream::out);
  if (wanted[3].revents) read_container(command_.err, LogWriter::Stream::err);
  const std::size_t per_session = sessions_.empty() ? 0 : (wanted.size() - fixed) / sessions_.size();
  const auto now = now_ns();
  const pollfd* ready = wanted.data() + fixed;
  for (const auto& s : sessions_) {
    if (const auto request = s->collect(ready, now)) answer(*s, *request);
    if (s->ended_input_of_container()) close_fd(command_.in);
    ready += per_session;
  }
  if (wanted[0].revents) reap();
  sessions_.remove_if([](const auto& s) { return s->over(); });
  if (wanted[1].revents) accept_one();
}

void Supervisor::accept_one() {
  const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (fd >= 0) sessions_.push_back(std::make_unique<Session>(fd));
}

void Supervisor::read_container(int& fd, LogWriter::Stream stream) {
  char piece[data_bytes_max];
  const auto n = ::read(fd, piece, sizeof piece);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (n <= 0) return close_fd(fd);
  const std::string_view data(piece, static_cast<std::size_t>(n));
  log_.write(stream, data, now_ns());
  for (const auto& s : sessions_)
    if (s->attached())
      s->send_shared(stream == LogWriter::Stream::out ? FrameKind::out : FrameKind::err, data);
}

void Supervisor::answer(Session& session, const Request& request) {
  switch (request.kind) {
    case Request::Kind::watch:
      session.send(FrameKind::done);
      break;
    case Request::Kind::signal:
      signal(request.signal);
      session.send(FrameKind::done);
      session.end_after_sending();
      break;
    case Request::Kind::exec:
      answer_exec(session, request.call);
      break;
    case Request::Kind::attach:
      session.share(request.call.stdin_ && spec_.stdin_ ? command_.in : -1, spec_.tty ? command_.out : -1,
                    spec_.stdin_once);
      break;
  }
}

void Supervisor::answer_exec(Session& session, const ExecCall& call) {
  Launched process;
  std::optional<StartFailure> failure;
  if (ended_)
    failure = StartFailure{128, "", "the container has ended"};
  else
    failure = launcher_.start({call.command, call.stdin_, call.stdout_, call.stderr_, call.tty}, process);
  if (!failure) return session.run(process);
  session.send(FrameKind::failed, std::to_string(failure->exit_code) + " " + failure->message);
  session.end_after_sending();
}

void Supervisor::signal(const Signal& signal) {
  if (ended_) return;
  if (!signal.whole) {
    ::kill(command_.pid, signal.number);
    return;
  }
  // The command's end ends the rest (see run).
  ::kill(command_.pid, SIGKILL);
  if (launcher_.init() > 0) ::kill(launcher_.init(), SIGKILL);
}

void Supervisor::reap() {
  signalfd_siginfo info[8];
  while (::read(signals_, info, sizeof info) > 0) {
  }
  int status = 0;
  for (pid_t pid = 0; (pid = ::waitpid(-1, &status, WNOHANG)) > 0;) {
    if (pid == command_.pid && !ended_) {
      ended_ = true;
      state_.finished_ns = now_ns();
      state_.exit_code = exit_code_of(status);
      continue;
    }
    for (const auto& s : sessions_)
      if (s->pid() == pid) s->exited(exit_code_of(status), now_ns());
  }
}

/// Nothing of the container runs afterwards: its pid namespace goes with its first process; without one its
/// control group, what descends from us and what carries its id are looked for.
void Supervisor::end_everything() {
  if (launcher_.init() > 0) ::kill(launcher_.init(), SIGKILL);
  if (!launcher_.has_own_pids()) cgroup_.kill_all();
  for (int round = 0; round < end_rounds_max; ++round) {
    reap();
    if (::waitpid(-1, nullptr, WNOHANG) < 0 && errno == ECHILD) break;
    if (round > 0 || !launcher_.has_own_pids()) kill_children();
    pollfd child_ended{signals_, POLLIN, 0};
    ::poll(&child_ended, 1, 5);
  }
  if (!launcher_.has_own_pids() && spec_.isolation != Isolation::none) kill_marked(spec_.id);
}

void Supervisor::record_exit() {
  state_.exited = true;
  state_.oom = state_.exit_code != 0 && cgroup_.oom_kills() > 0;
  state_.pid = 0;
  cgroup_.remove();
  record(state_);
  sessions_.remove_if([](const auto& s) { return s->watching(); });
}

void Supervisor::part_from_clients() {
  const auto now = now_ns();
  for (const auto& s : sessions_)
    if (s->attached()) s->exited(state_.exit_code, now);
  for (const auto until = now + second; !sessions_.empty() && now_ns() < until;) {
    for (const auto& s : sessions_)
      s->settle(now_ns() + drain_ns);
    sessions_.remove_if([](const auto& s) { return s->over() || (s->pid() < 0 && !s->unsent()); });
    if (!sessions_.empty()) turn(now_ns() + second / 20);
  }
  ::unlink((directory_ + "/socket").c_str());
}

void Supervisor::record(const ContainerState& state) {
  if (!write_file(directory_ + "/state", state.encode().encode()))
    std::fprintf(stderr, "writing the state: %s\n", std::strerror(errno));
}

}  // namespace node_agent::shim
