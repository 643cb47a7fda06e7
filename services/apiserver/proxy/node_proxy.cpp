#include "apiserver/proxy/node_proxy.hpp"
#include "api/object.hpp"
#include "apiserver/proxy/join.hpp"

namespace apiserver::proxy {
namespace {

using api::StatusError;
using api::StatusOr;

/// An agent's refusal longer than this is cut.
constexpr std::size_t refusal_bytes_max = 16 * 1024;

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

http::Request request_for(const Target& target) {
  http::Request request;
  request.path = target.path.substr(0, target.path.find('?'));
  if (request.path.size() < target.path.size())
    request.raw_query = target.path.substr(request.path.size() + 1);
  return request;
}

}  // namespace

NodeProxy::NodeProxy(base::Executor ex, Options options, const ObjectLookup& nodes)
    : options_(std::move(options)), nodes_(nodes), clients_(std::move(ex), options_.tls) {}

void NodeProxy::close() {
  clients_.close();
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
  co_return co_await join(exchange, std::move(*where));
}

base::Awaitable<StatusOr<void>> NodeProxy::stream_log(http::Exchange& exchange, Target target) {
  const auto client = clients_.get(target.endpoint);
  auto request = request_for(target);
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
  co_await carry_body(stream, exchange, std::move(headers));
  co_return StatusOr<void>();
}

base::Awaitable<StatusOr<void>> NodeProxy::join(http::Exchange& exchange, Target target) {
  const auto client = clients_.get(target.endpoint);
  auto request = request_for(target);
  co_return co_await join_sockets(exchange, *client, std::move(request), target.endpoint + target.path);
}

}  // namespace apiserver::proxy
