#include "node-agent/server/process_session.hpp"
#include <deque>

namespace node_agent::server {

namespace {

using Kind = ProcessStream::Output::Kind;

std::uint8_t number(Channel c) {
  return static_cast<std::uint8_t>(c);
}

/// The WebSocket with its protocol: one writer at a time, whoever it is. Belongs to one strand.
class Socket {
 public:
  Socket(base::Executor ex, std::shared_ptr<http::WebSocket> socket)
      : socket_(std::move(socket)), protocol_(protocol_of(socket_->subprotocol())), idle_(std::move(ex)) {
    idle_.set();
  }
  const Protocol& protocol() const { return protocol_; }
  http::WebSocket& raw() { return *socket_; }

  base::Awaitable<base::Result<void>> send(std::uint8_t channel, std::string data) {
    while (busy_) {
      const bool free = co_await idle_.wait();
      if (!free) co_return base::Error(base::Errc::cancelled, "cancelled");
    }
    busy_ = true;
    idle_.reset();
    const std::string frame = encode_frame(protocol_, channel, data);
    auto sent = co_await socket_->write(frame, !protocol_.base64);
    busy_ = false;
    idle_.set();
    co_return sent;
  }

 private:
  std::shared_ptr<http::WebSocket> socket_;
  Protocol protocol_;
  base::Event idle_;
  bool busy_ = false;
};

/// From the client to the process, until one of them has gone.
base::Awaitable<void> pump_input(std::shared_ptr<Socket> socket, std::shared_ptr<ProcessStream> process,
                                 ExecRequest request) {
  for (;;) {
    auto message = co_await socket->raw().read();
    if (!message) break;
    auto frame = decode_frame(socket->protocol(), message->data);
    if (!frame) continue;
    if (frame->channel == number(Channel::resize)) {
      if (const auto size = parse_resize(frame->data); size && request.tty)
        co_await process->resize(size->width, size->height);
    } else if (frame->channel == number(Channel::stdin_) && request.stdin_) {
      auto written = co_await process->write(std::move(frame->data));
      base::ignore_error(std::move(written));  // It may have closed its input and still have much to say.
    } else if (socket->protocol().closes && frame->channel == number(Channel::close) &&
               !frame->data.empty() && frame->data.front() == 0) {
      co_await process->close_input();
    }
  }
  process->abandon();
}

base::Awaitable<void> pump_output(std::shared_ptr<Socket> socket, std::shared_ptr<ProcessStream> process,
                                  ExecRequest request) {
  for (;;) {
    auto out = co_await process->read();
    if (!out || out->kind == Kind::end) {
      const std::string status = out ? exit_status(out->exit_code) : exit_status(1, out.error().message);
      if (!socket->protocol().status) co_return;
      auto sent = co_await socket->send(number(Channel::error), status);
      base::ignore_error(std::move(sent));
      co_return;
    }
    const bool error = out->kind == Kind::err;
    if (error ? !request.stderr_ : !request.stdout_) continue;
    auto sent =
        co_await socket->send(number(error ? Channel::stderr_ : Channel::stdout_), std::move(out->data));
    if (!sent) co_return process->abandon();
  }
}

base::Awaitable<void> pump_port(std::shared_ptr<Socket> socket, std::shared_ptr<ProcessStream> stream,
                                std::uint8_t channel) {
  for (;;) {
    auto out = co_await stream->read();
    if (!out || out->kind == Kind::end) co_return;
    auto sent = co_await socket->send(channel, std::move(out->data));
    if (!sent) co_return;
  }
}

}  // namespace

base::Awaitable<void> serve_process(base::Executor ex, std::shared_ptr<http::WebSocket> websocket,
                                    std::shared_ptr<ProcessStream> process, ExecRequest request) {
  auto socket = std::make_shared<Socket>(ex, std::move(websocket));
  base::TaskGroup tasks(ex, "exec-session");
  if (!request.stdin_) co_await process->close_input();
  tasks.spawn("input", [socket, process, request] { return pump_input(socket, process, request); });
  co_await pump_output(socket, process, request);
  co_await socket->raw().close();
  tasks.cancel();
  co_await tasks.join();
}

base::Awaitable<void> serve_port_forward(base::Executor ex, std::shared_ptr<http::WebSocket> websocket,
                                         std::vector<std::uint16_t> ports,
                                         std::vector<std::shared_ptr<ProcessStream>> streams,
                                         std::vector<std::string> errors) {
  auto socket = std::make_shared<Socket>(ex, std::move(websocket));
  base::TaskGroup tasks(ex, "port-forward");
  for (std::size_t i = 0; i < ports.size(); ++i) {
    const std::string port{static_cast<char>(ports[i] & 0xff), static_cast<char>(ports[i] >> 8)};
    const auto data = static_cast<std::uint8_t>(2 * i), error = static_cast<std::uint8_t>(2 * i + 1);
    auto sent = co_await socket->send(data, port);
    if (sent) sent = co_await socket->send(error, port);
    if (sent && !streams[i]) sent = co_await socket->send(error, errors[i]);
    if (!sent) break;
    if (streams[i])
      tasks.spawn("port", [socket, stream = streams[i], data] { return pump_port(socket, stream, data); });
  }
  for (;;) {
    auto message = co_await socket->raw().read();
    if (!message) break;
    auto frame = decode_frame(socket->protocol(), message->data);
    const std::size_t index = frame ? frame->channel / 2U : streams.size();
    if (!frame || frame->channel % 2 != 0 || index >= streams.size() || !streams[index]) continue;
    auto written = co_await streams[index]->write(std::move(frame->data));
    if (!written) break;
  }
  for (const auto& stream : streams)
    if (stream) stream->abandon();
  tasks.cancel();
  co_await tasks.join();
}

}  // namespace node_agent::server
