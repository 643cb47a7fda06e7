#include <sys/utsname.h>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include "frame/frame.hpp"

namespace frame {
namespace {

http::Response plain(int status, std::string type, std::string body) {
  http::Response response;
  response.status = status;
  response.headers.set("Content-Type", std::move(type));
  response.body = std::move(body);
  return response;
}

std::string version_document() {
  boost::json::object version;
  version["program"] = "coxswain";
  version["gitVersion"] = "v" COX_VERSION;
  version["compiler"] = __VERSION__;
  utsname host{};
  uname(&host);
  version["platform"] =
      std::string("linux/") + (std::string_view(host.machine) == "x86_64" ? "amd64" : host.machine);
  return boost::json::serialize(version);
}

bool from_loopback(const std::string& remote) {
  return remote.starts_with("127.") || remote.starts_with("[::1]");
}

}  // namespace

base::Awaitable<bool> serve_ops(http::Exchange& exchange, const Health& health,
                                const base::metrics::Registry& metrics) {
  const auto& request = exchange.request();
  http::Response response;
  if (Health::is_health_path(request.path)) {
    const auto query = http::Query::parse(request.raw_query);
    response = health.answer(request.path, query);
  } else if (request.path == "/metrics") {
    response = plain(200, "text/plain; version=0.0.4; charset=utf-8", metrics.expose());
  } else if (request.path == "/version") {
    response = plain(200, "application/json", version_document());
  } else {
    co_return false;
  }
  co_await exchange.respond(std::move(response));
  co_return true;
}

base::Result<std::unique_ptr<http::Server>> listen_ops(base::Runtime& runtime, http::ServerOptions options,
                                                       const Health& health) {
  auto handler = [&runtime, &health](http::Exchange& exchange) -> base::Awaitable<void> {
    const bool trusted = from_loopback(exchange.remote_address()) || !exchange.peer().common_name.empty();
    if (exchange.request().path == "/metrics" && !trusted) {
      http::Response refusal = plain(401, "text/plain", "a client certificate is needed\n");
      co_await exchange.respond(std::move(refusal));
      co_return;
    }
    const bool served = co_await serve_ops(exchange, health, runtime.metrics());
    if (served) co_return;
    http::Response missing = plain(404, "text/plain", "404 page not found\n");
    co_await exchange.respond(std::move(missing));
  };
  return http::Server::listen(runtime.executor(), std::move(options), std::move(handler));
}

}  // namespace frame
