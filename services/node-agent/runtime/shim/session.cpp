#include "node-agent/runtime/shim/session.hpp"
#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cerrno>
#include <utility>

namespace node_agent::shim {

namespace {

constexpr std::size_t buffered_bytes_max = 64 * 1024;
/// An attached client may lag that much before it is cut off: the container never waits for it.
constexpr std::size_t attached_bytes_max = 1 << 20;
/// A background process may hold an exec's output open; it is not waited for longer than this.
constexpr std::int64_t drain_ns = 2'000'000'000;

void make_nonblocking(int fd) {
  if (fd >= 0) ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
}

bool again(int error) {
  return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

}  // namespace

void close_fd(int& fd) {
  if (fd >= 0) ::close(std::exchange(fd, -1));
}

Session::~Session() {
  // Its client has gone: an exec's process goes too.
  if (process_.pid > 0 && !exit_code_) {
    ::kill(-process_.pid, SIGKILL);
    ::kill(process_.pid, SIGKILL);
  }
  for (int* fd : {&process_.in, &process_.out, &process_.err, &shared_input_, &shared_terminal_, &fd_})
    close_fd(*fd);
}

void Session::add_to(std::vector<pollfd>& wanted) const {
  const bool room_in = input_.size() < buffered_bytes_max, room_out = outgoing_.size() < buffered_bytes_max;
  const short in = room_in ? POLLIN : 0, out = outgoing_.empty() ? 0 : POLLOUT;
  // A negative descriptor is passed over.
  wanted.push_back({fd_, static_cast<short>(in | out | POLLRDHUP), 0});
  wanted.push_back({room_out ? process_.out : -1, POLLIN, 0});
  wanted.push_back({room_out ? process_.err : -1, POLLIN, 0});
  wanted.push_back({input_.empty() ? -1 : input_fd(), POLLOUT, 0});
}

std::optional<Request> Session::collect(const pollfd* ready, std::int64_t now_ns) {
  if (ready[1].revents) read_output(process_.out, FrameKind::out);
  if (ready[2].revents) read_output(process_.err, FrameKind::err);
  if (ready[3].revents) write_input();
  if (ready[0].revents & POLLIN) receive();
  if (ready[0].revents & (POLLHUP | POLLERR | POLLRDHUP)) gone_ = true;
  std::optional<Request> request;
  while (!request && input_.size() < buffered_bytes_max) {
    const auto frame = reader_.next();
    if (!frame) break;
    request = handle(*frame);
  }
  if (reader_.broken()) gone_ = true;
  write_input();
  settle(now_ns);
  flush();
  return request;
}

void Session::receive() {
  char piece[16384];
  const auto n = ::recv(fd_, piece, sizeof piece, MSG_DONTWAIT);
  if (n > 0)
    reader_.feed({piece, static_cast<std::size_t>(n)});
  else if (n == 0 || !again(errno))
    gone_ = true;
}

std::optional<Request> Session::handle(const Frame& frame) {
  if (!begun_) return begin(frame);
  switch (frame.kind) {
    case FrameKind::input:
      if (input_fd() >= 0 && !input_ended_) input_ += frame.payload;
      break;
    case FrameKind::input_end:
      input_ended_ = true;
      break;
    case FrameKind::resize:
      if (const auto size = WindowSize::decode(frame.payload)) {
        winsize window{size->height, size->width, 0, 0};
        if (terminal_fd() >= 0) ::ioctl(terminal_fd(), TIOCSWINSZ, &window);
      }
      break;
    default:
      gone_ = true;
  }
  return std::nullopt;
}

std::optional<Request> Session::begin(const Frame& frame) {
  begun_ = true;
  Request out;
  if (frame.kind == FrameKind::watch) {
    watching_ = true;
    return out;
  }
  if (frame.kind == FrameKind::signal) {
    out.kind = Request::Kind::signal;
    out.signal = Signal::decode(frame.payload);
    return out;
  }
  const auto call = ExecCall::decode(frame.payload);
  if (!call || (frame.kind != FrameKind::exec && frame.kind != FrameKind::attach)) {
    gone_ = true;
    return std::nullopt;
  }
  out.kind = frame.kind == FrameKind::exec ? Request::Kind::exec : Request::Kind::attach;
  out.call = *call;
  return out;
}

void Session::run(const Launched& process) {
  process_ = process;
  for (const int fd : {process_.in, process_.out, process_.err})
    make_nonblocking(fd);
  send(FrameKind::done);
}

void Session::share(int container_input, int container_terminal, bool once) {
  attached_ = true;
  if (container_input >= 0) shared_input_ = ::fcntl(container_input, F_DUPFD_CLOEXEC, 3);
  if (container_terminal >= 0) shared_terminal_ = ::fcntl(container_terminal, F_DUPFD_CLOEXEC, 3);
  once_ = once && container_input >= 0;
  send(FrameKind::done);
}

void Session::send(FrameKind kind, std::string_view payload) {
  if (!gone_ && !ending_) outgoing_ += encode_frame(kind, payload);
}

void Session::send_shared(FrameKind kind, std::string_view data) {
  send(kind, data);
  flush();
  if (outgoing_.size() > attached_bytes_max) gone_ = true;
}

void Session::exited(int exit_code, std::int64_t now_ns) {
  exit_code_ = exit_code;
  deadline_ns_ = now_ns + drain_ns;
  settle(now_ns);
  flush();
}

void Session::settle(std::int64_t now_ns) {
  if (!exit_code_ || ending_) return;
  const bool drained = process_.out < 0 && process_.err < 0;
  if (!drained && now_ns < deadline_ns_) return;
  send(FrameKind::exit, std::to_string(*exit_code_));
  ending_ = true;
}

void Session::read_output(int& fd, FrameKind kind) {
  char piece[data_bytes_max];
  const auto n = ::read(fd, piece, sizeof piece);
  if (n > 0)
    send(kind, {piece, static_cast<std::size_t>(n)});
  else if (n == 0 || !again(errno))
    close_fd(fd);  // A terminal says EIO at its end.
}

void Session::write_input() {
  const int fd = input_fd();
  while (fd >= 0 && !input_.empty()) {
    const auto n = ::write(fd, input_.data(), input_.size());
    if (n < 0 && again(errno)) return;
    if (n < 0) input_.clear();  // It does not read any more.
    if (n < 0) break;
    input_.erase(0, static_cast<std::size_t>(n));
  }
  if (input_ended_ && input_.empty() && !attached_ && !process_.tty) close_fd(process_.in);
}

void Session::flush() {
  while (!gone_ && !outgoing_.empty()) {
    const auto n = ::send(fd_, outgoing_.data(), outgoing_.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n < 0 && again(errno)) return;
    if (n <= 0) gone_ = true;
    if (n <= 0) return;
    outgoing_.erase(0, static_cast<std::size_t>(n));
  }
}

}  // namespace node_agent::shim
