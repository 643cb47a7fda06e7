#include "raft-store/gateway/gateway.hpp"
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace raft_store::gateway {
namespace {

std::string version_document() {
  boost::json::object version;
  version["etcdserver"] = kEtcdVersion;
  version["etcdcluster"] = kEtcdClusterVersion;
  version["coxswain"] = COX_VERSION;
  return boost::json::serialize(version);
}

}  // namespace

Gateway::Gateway(base::Runtime& runtime, Parts parts, GatewayOptions options)
    : registry_(runtime.metrics()),
      core_(std::move(parts), options.request_bytes_max),
      leader_(core_, runtime.executor(), options.peer_tls),
      kv_(core_),
      watch_(core_, closing_, options.watch, registry_),
      lease_(core_),
      maintenance_(core_, registry_),
      snapshot_(core_, closing_, registry_),
      auth_(core_),
      lock_(core_),
      election_(core_),
      cluster_(core_),
      health_(core_, registry_),
      metrics_(core_, registry_),
      clients_(registry_, options.request_bytes_max),
      peers_(registry_, options.request_bytes_max) {
  LeaderRoutes at_leader{clients_, peers_, leader_, core_};
  kv_.add_to(clients_);
  watch_.add_to(clients_);
  lease_.add_to(at_leader);
  maintenance_.add_to(at_leader);
  snapshot_.add_to(clients_);
  cluster_.add_to(at_leader);
  auth_.add_to(clients_);
  lock_.add_to(clients_);
  election_.add_to(clients_);
}

base::Awaitable<void> Gateway::serve(http::Exchange& exchange) {
  const http::Request& request = exchange.request();
  const bool served = co_await clients_.serve(exchange);
  if (served) co_return;
  http::Response response;
  if (request.path.starts_with("/v3/")) {
    response = plain(404, "Not Found\n");
  } else if (Health::is_health_path(request.path)) {
    response = co_await health_.answer(request);
  } else if (request.path == "/metrics" || request.path == "/version") {
    response = serve_get(request);
  } else {
    response = plain(404, "404 page not found\n");
  }
  base::ignore_error(co_await exchange.respond(std::move(response)));
}

http::Response Gateway::serve_get(const http::Request& request) {
  http::Response response;
  if (request.method != "GET" && request.method != "HEAD") {
    response = plain(405, "Method Not Allowed\n");
    response.headers.set("Allow", "GET");
  } else if (request.path == "/version") {
    response = answer(Form::json, version_document());
  } else {
    response = plain(200, expose());
    response.headers.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
  }
  return response;
}

std::string Gateway::expose() {
  const std::lock_guard lock(metrics_mutex_);
  metrics_.refresh();
  return registry_.expose();
}

base::Awaitable<void> Gateway::serve_peer(http::Exchange& exchange) {
  const bool served = co_await peers_.serve(exchange);
  if (!served) co_await core_.parts.replicator.serve_peer(exchange);
}

}  // namespace raft_store::gateway
