#include "apiserver/proxy/node_proxy.hpp"
#include "api/object.hpp"
#include "base/log.hpp"

namespace apiserver::proxy {
namespace {

using api::StatusError;
using api::StatusOr;

/// An agent's refusal longer than this is cut.
constexpr std::size_t refusal_bytes_max = 16 * 1024;
/// More nodes than a cluster has: then the map is begun anew.
constexpr std::size_t clients_max = 20'000;

StatusError refusal(int status, std::string body) {
  while (!body.empty() && (body.back() == '\n' || body.back() == '\r'))
    body.pop_back();
  if (body.empty()) body = std::string(http::reason_phrase(status));
  StatusError error = StatusError::internal(body);
  error.code = status;
  switch (status) {
    case 400:
      return StatusError::bad_request(std::move(body));
    case 403:
      error.reason = "Forbidden";
      break;
    case 404:
      error.reason = "NotFound";
      break;
    case 503:
      return StatusError::service_unavailable(std::move(body));
    default:
      break;
  }
  return error;
}

StatusError unreachable(const std::string& endpoint, const base::Error& error) {
  return StatusError::internal("Get \"" + endpoint + "\": " + error.message);
}

/// The subprotocols that the client offers, in its order.
std::vector<std::string> offered_protocols(const http::Headers& headers) {
  std::vector<std::string> out;
  for (auto list : headers.all("Sec-WebSocket-Protocol"))
    while (!list.empty()) {
      const auto comma = list.find(',');
      auto name = list.substr(0, comma);
      list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
      while (name.starts_with(' '))
        name.remove_prefix(1);
      while (name.ends_with(' '))
        name.remove_suffix(1);
      // Browsers put their token here; it is no protocol and is the server's alone.
      if (!name.empty() && !name.starts_with("base64url.bearer.authorization.k8s.io."))
        out.emplace_back(name);
    }
  return out;
}

/// Copies messages until either side ends.
base::Awaitable<void> pump(http::WebSocket& from, http::WebSocket& to) {
  for (;;) {
    const auto message = co_await from.read();
    if (message.has_error()) co_return;
    const auto written = co_await to.write(message->data, message->binary);
    if (written.has_error()) co_return;
  }
}

}  // namespace

NodeProxy::NodeProxy(base::Executor ex, Options options, const ObjectLookup& nodes)
    : executor_(std::move(ex)), options_(std::move(options)), nodes_(nodes) {}

NodeProxy::~NodeProxy() {
  close();
}

void NodeProxy::close() {
  const std::lock_guard lock(mutex_);
  for (auto& [endpoint, client] : clients_)
    client->close();
  clients_.clear();
}

std::shared_ptr<http::Client> NodeProxy::client_for(const std::string& endpoint) {
  const std::lock_guard lock(mutex_);
  if (clients_.size() >= clients_max) clients_.clear();
  auto& client = clients_[endpoint];
  if (!client) {
    http::ClientOptions options;
    options.endpoints = {endpoint};
    options.tls = options_.tls;
    options.user_agent = "coxswain-apiserver";
    client = http::Client::create(executor_, std::move(options));
  }
  return client;
}

StatusOr<Target> NodeProxy::target(const api::Object& pod, std::string_view subresource,
                                   const http::Query& query) const {
  auto path = agent_path(pod, subresource, query);
  if (path.has_error()) return path.error();
  const auto node_name = api::get_string(pod, {"spec", "nodeName"});
  if (node_name.empty() && subresource == "log") return Target{};
  if (node_name.empty())
    return StatusError::bad_request("pod " + std::string(api::name_of(pod)) +
                                    " does not have a host assigned");
  const auto node = nodes_.get("", "nodes", "", node_name);
  if (!node) return StatusError::not_found({"", "nodes"}, node_name);
  auto endpoint = node_endpoint(*node, options_.address_types);
  if (endpoint.has_error()) return endpoint.error();
  return Target{std::move(*endpoint), std::move(*path)};
}

base::Awaitable<StatusOr<void>> NodeProxy::serve(http::Exchange& exchange, SharedObject pod,
                                                 std::string subresource, http::Query query) {
  auto where = target(*pod, subresource, query);
  if (where.has_error()) co_return where.error();
  if (where->endpoint.empty()) {
    http::Response nothing_yet;
    nothing_yet.status = 204;
    base::ignore_error(co_await exchange.respond(std::move(nothing_yet)));
    co_return StatusOr<void>();
  }
  if (subresource == "log") co_return co_await stream_log(exchange, std::move(*where));
  if (exchange.request().headers.get("Upgrade").starts_with("SPDY"))
    co_return StatusError::bad_request(
        "unable to upgrade: SPDY is not supported here, only WebSocket (kubectl 1.31 or later)");
  if (!exchange.wants_websocket()) co_return StatusError::bad_request("Upgrade request required");
  co_return co_await join_sockets(exchange, std::move(*where));
}

base::Awaitable<StatusOr<void>> NodeProxy::stream_log(http::Exchange& exchange, Target target) {
  const auto client = client_for(target.endpoint);
  http::Request request;
  request.path = target.path.substr(0, target.path.find('?'));
  if (request.path.size() < target.path.size())
    request.raw_query = target.path.substr(request.path.size() + 1);
  const auto opened = co_await client->open(std::move(request));
  if (opened.has_error()) co_return unreachable(target.endpoint + target.path, opened.error());
  auto& stream = **opened;
  if (stream.status() != 200) {
    std::string body;
    for (;;) {
      const auto piece = co_await stream.read_some();
      if (piece.has_error() || piece->empty() || body.size() >= refusal_bytes_max) break;
      body += *piece;
    }
    co_return refusal(stream.status(), body.substr(0, refusal_bytes_max));
  }
  http::Headers headers;
  headers.add("Content-Type", "text/plain");
  auto started = co_await exchange.start(200, std::move(headers));
  if (started.has_error()) co_return StatusOr<void>();
  for (;;) {
    auto piece = co_await stream.read_some();
    // A broken stream is not ended properly, so that the client can tell it from a complete one.
    if (piece.has_error()) co_return StatusOr<void>();
    if (piece->empty()) break;
    std::vector<http::SharedBytes> buffers{http::make_bytes(std::move(*piece))};
    const auto written = co_await (*started)->write(std::move(buffers));
    if (written.has_error()) co_return StatusOr<void>();
  }
  base::ignore_error(co_await (*started)->finish());
  co_return StatusOr<void>();
}

base::Awaitable<StatusOr<void>> NodeProxy::join_sockets(http::Exchange& exchange, Target target) {
  const auto client = client_for(target.endpoint);
  http::Request request;
  request.path = target.path.substr(0, target.path.find('?'));
  if (request.path.size() < target.path.size())
    request.raw_query = target.path.substr(request.path.size() + 1);
  auto protocols = offered_protocols(exchange.request().headers);
  auto node = co_await client->websocket(std::move(request), std::move(protocols));
  if (node.has_error()) {
    // A client that falls back to SPDY hides this answer from its user.
    base::log::warning("a node refused a stream", {{"node", target.endpoint}, {"error", node.error()}});
    co_return unreachable(target.endpoint + target.path, node.error());
  }
  std::vector<std::string> agreed{std::string((*node)->subprotocol())};
  auto accepted = co_await exchange.upgrade_websocket(std::move(agreed));
  if (accepted.has_error()) {
    co_await (*node)->close();
    co_return StatusError::bad_request(accepted.error().message);
  }
  auto& near = **accepted;
  auto& far = **node;
  base::TaskGroup group(exchange.executor(), "exec-stream");
  group.spawn("from-node", [&near, &far]() -> base::Awaitable<void> {
    co_await pump(far, near);
    co_await near.close();
  });
  co_await pump(near, far);
  co_await far.close();
  group.cancel();
  co_await group.join();
  co_return StatusOr<void>();
}

}  // namespace apiserver::proxy
