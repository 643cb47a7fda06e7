#include "node-agent/server/node_server.hpp"
#include <charconv>
#include "base/encoding.hpp"
#include "node-agent/logs/log_stream.hpp"
#include "node-agent/server/process_session.hpp"

namespace node_agent::server {

namespace {

constexpr std::size_t ports_max = 32;

base::Awaitable<void> answer(http::Exchange& exchange, int status, std::string type, std::string body) {
  http::Response response;
  response.status = status;
  response.headers.set("Content-Type", std::move(type));
  response.body = std::move(body);
  auto sent = co_await exchange.respond(std::move(response));
  base::ignore_error(std::move(sent));
}

base::Awaitable<void> refuse(http::Exchange& exchange, base::Error error) {
  int status = 500;
  if (error.is(base::Errc::not_found)) status = 404;
  if (error.is(base::Errc::invalid_argument)) status = 400;
  if (error.is(base::Errc::unauthenticated)) status = 401;
  if (error.is(base::Errc::permission_denied)) status = 403;
  co_await answer(exchange, status, "text/plain; charset=utf-8", error.message + "\n");
}

base::Awaitable<void> refuse_plain_request(http::Exchange& exchange) {
  co_await answer(exchange, 400, "text/plain; charset=utf-8", "Upgrade request required\n");
}

void abandon_all(const std::vector<std::shared_ptr<ProcessStream>>& streams) {
  for (const auto& stream : streams)
    if (stream) stream->abandon();
}

/// The path's segments, decoded.
std::vector<std::string> segments(const std::string& path) {
  std::vector<std::string> out;
  for (std::size_t at = 1; at <= path.size();) {
    const auto end = std::min(path.find('/', at), path.size());
    auto decoded = base::percent_decode(std::string_view(path).substr(at, end - at));
    out.push_back(decoded ? std::move(*decoded) : std::string());
    at = end + 1;
  }
  return out;
}

bool flag(const http::Query& q, const char* name) {
  const auto v = q.get(name);
  return v && (*v == "1" || *v == "true");
}

ExecRequest exec_request(const http::Query& q, const std::vector<std::string>& place) {
  ExecRequest r;
  r.ns = place[1];
  r.pod = place[2];
  // {namespace}/{pod}/{container}, or with the uid before the container.
  r.container = place.back();
  for (const auto word : q.all("command"))
    r.command.emplace_back(word);
  r.stdin_ = flag(q, "input") || flag(q, "stdin");
  r.stdout_ = flag(q, "output") || flag(q, "stdout");
  r.stderr_ = flag(q, "error") || flag(q, "stderr");
  r.tty = flag(q, "tty");
  return r;
}

base::Result<std::vector<std::uint16_t>> forwarded_ports(const http::Query& q) {
  std::vector<std::uint16_t> ports;
  for (const auto list : q.all("port"))
    for (auto rest = list; !rest.empty();) {
      const auto word = rest.substr(0, rest.find(','));
      rest.remove_prefix(std::min(word.size() + 1, rest.size()));
      std::uint16_t port = 0;
      const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), port);
      if (error != std::errc() || end != word.data() + word.size() || port == 0 || ports.size() >= ports_max)
        return base::Error(base::Errc::invalid_argument,
                           "unable to parse \"" + std::string(word) + "\" as a port");
      ports.push_back(port);
    }
  if (ports.empty()) return base::Error(base::Errc::invalid_argument, "query parameter \"port\" is required");
  return ports;
}

}  // namespace

NodeServer::NodeServer(Backend& backend, base::Executor blocking_pool, const frame::Health& health,
                       const base::metrics::Registry& metrics)
    : backend_(backend), pool_(std::move(blocking_pool)), health_(health), metrics_(metrics) {}

base::Awaitable<void> NodeServer::handle(http::Exchange& exchange) {
  const auto& request = exchange.request();
  auto allowed = co_await backend_.authorize(exchange.peer(), request.method, request.path);
  if (!allowed) {
    co_await refuse(exchange, allowed.error());
    co_return;
  }
  if (request.path == "/metrics") co_await backend_.collect_metrics();
  const bool served = co_await frame::serve_ops(exchange, health_, metrics_);
  if (served) co_return;
  auto place = segments(request.path);
  const bool in_pod = place.size() == 3 || place.size() == 4 || place.size() == 5;
  if (request.path == "/pods" || request.path == "/runningpods/") {
    auto body = co_await backend_.pods();
    co_await answer(exchange, 200, "application/json", std::move(body));
  } else if (request.path == "/metrics/resource") {
    auto body = co_await backend_.resource_metrics();
    co_await answer(exchange, 200, "text/plain; version=0.0.4; charset=utf-8", std::move(body));
  } else if (place[0] == "containerLogs" && place.size() == 4) {
    co_await logs(exchange, std::move(place));
  } else if ((place[0] == "exec" || place[0] == "attach") && in_pod && place.size() >= 4) {
    const bool attach = place[0] == "attach";
    co_await process(exchange, std::move(place), attach);
  } else if (place[0] == "portForward" && in_pod) {
    co_await port_forward(exchange, std::move(place));
  } else {
    co_await answer(exchange, 404, "text/plain; charset=utf-8", "404 page not found\n");
  }
}

base::Awaitable<void> NodeServer::logs(http::Exchange& exchange, std::vector<std::string> place) {
  const auto query = http::Query::parse(exchange.request().raw_query);
  auto options = logs::parse_log_options(query, base::Clock::real().now());
  if (!options) {
    co_await refuse(exchange, options.error());
    co_return;
  }
  auto source = co_await backend_.log_source(place[1], place[2], place[3], options->previous);
  if (!source) {
    co_await refuse(exchange, source.error());
    co_return;
  }
  logs::StillRunning running = [this, uid = source->pod_uid, id = source->container_id] {
    return backend_.is_running(uid, id);
  };
  auto sent = co_await logs::send_log(exchange, pool_, source->path, std::move(*options), std::move(running));
  if (!sent) co_await refuse(exchange, sent.error());
}

base::Awaitable<void> NodeServer::process(http::Exchange& exchange, std::vector<std::string> place,
                                          bool attach) {
  auto request = exec_request(http::Query::parse(exchange.request().raw_query), place);
  if (!exchange.wants_websocket()) {
    co_await refuse_plain_request(exchange);
    co_return;
  }
  if (!request.stdin_ && !request.stdout_ && !request.stderr_) {
    co_await answer(exchange, 400, "text/plain; charset=utf-8",
                    "you must specify at least 1 of stdin, stdout, stderr\n");
    co_return;
  }
  base::Result<std::shared_ptr<ProcessStream>> stream = base::Error(base::Errc::internal, "");
  if (attach)
    stream = co_await backend_.attach(request);
  else
    stream = co_await backend_.exec(request);
  if (!stream) {
    co_await refuse(exchange, stream.error());
    co_return;
  }
  auto socket = co_await exchange.upgrade_websocket(exec_protocols());
  if (!socket) {
    (*stream)->abandon();
    co_await refuse(exchange, socket.error());
    co_return;
  }
  std::shared_ptr<http::WebSocket> shared = std::move(*socket);
  co_await serve_process(exchange.executor(), std::move(shared), *stream, std::move(request));
}

base::Awaitable<void> NodeServer::port_forward(http::Exchange& exchange, std::vector<std::string> place) {
  if (!exchange.wants_websocket()) {
    co_await refuse_plain_request(exchange);
    co_return;
  }
  auto ports = forwarded_ports(http::Query::parse(exchange.request().raw_query));
  if (!ports) {
    co_await refuse(exchange, ports.error());
    co_return;
  }
  std::vector<std::shared_ptr<ProcessStream>> streams;
  std::vector<std::string> errors;
  for (const auto port : *ports) {
    auto stream = co_await backend_.port_forward(place[1], place[2], port);
    if (!stream && stream.error().is(base::Errc::not_found)) {
      abandon_all(streams);
      co_await refuse(exchange, stream.error());
      co_return;
    }
    streams.push_back(stream ? *stream : nullptr);
    errors.push_back(stream ? "" : stream.error().message);
  }
  auto socket = co_await exchange.upgrade_websocket(port_forward_protocols());
  if (!socket) {
    abandon_all(streams);
    co_await refuse(exchange, socket.error());
    co_return;
  }
  std::shared_ptr<http::WebSocket> shared = std::move(*socket);
  co_await serve_port_forward(exchange.executor(), std::move(shared), std::move(*ports), std::move(streams),
                              std::move(errors));
}

}  // namespace node_agent::server
