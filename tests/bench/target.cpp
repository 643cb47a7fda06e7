#include "bench/target.hpp"
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace bench {
namespace {

namespace json = boost::json;
using base::Errc;
using base::Error;

json::object pod(const std::string& name, bool scheduled) {
  json::object o = json::parse(R"({"apiVersion":"v1","kind":"Pod","metadata":{"labels":{"app":"bench",
    "tier":"backend","release":"stable"},"annotations":{"example.org/owner":"bench@example.org",
    "example.org/description":"a pod of about a kilobyte, as small services have them"}},
    "spec":{"terminationGracePeriodSeconds":0,"automountServiceAccountToken":false,"containers":[{"name":"main",
    "image":"registry.example.org/app:1.2.3","command":["sleep","1000000"],
    "env":[{"name":"LOG_LEVEL","value":"info"},{"name":"REGION","value":"north"}],
    "ports":[{"name":"http","containerPort":8080,"protocol":"TCP"}],
    "resources":{"requests":{"cpu":"1m","memory":"1Mi"}}}]}})")
                       .get_object();
  o["metadata"].get_object()["name"] = name;
  if (!scheduled) o["spec"].get_object()["schedulerName"] = "nobody";
  return o;
}

}  // namespace

Target::Target(base::Executor ex, const client::Config& config, std::string ns, std::size_t connections)
    : token_(config.bearer_token), ns_(std::move(ns)), pods_("/api/v1/namespaces/" + ns_ + "/pods") {
  http::ClientOptions options;
  options.endpoints = config.servers;
  options.tls = config.tls;
  options.connections_max = connections;
  options.request_timeout = std::chrono::seconds(60);
  options.user_agent = "coxswain-bench";
  client_ = http::Client::create(ex, options);
}

base::Awaitable<base::Result<std::string>> Target::call(std::string method, std::string path,
                                                        std::string query, std::string body,
                                                        std::string type) {
  http::Request request;
  request.method = std::move(method);
  request.path = std::move(path);
  request.raw_query = std::move(query);
  request.body = std::move(body);
  request.headers.set("Accept", "application/json");
  if (!request.body.empty()) request.headers.set("Content-Type", std::move(type));
  if (!token_.empty()) request.headers.set("Authorization", "Bearer " + token_);
  auto response = co_await client_->send(std::move(request));
  if (!response) co_return response.error();
  if (response->status / 100 == 2) co_return std::move(response->body);
  const Errc code = response->status == 404   ? Errc::not_found
                    : response->status == 409 ? Errc::conflict
                                              : Errc::internal;
  co_return Error(code, std::to_string(response->status) + ": " + response->body.substr(0, 300));
}

base::Awaitable<base::Result<void>> Target::prepare() {
  std::string spaces = "/api/v1/namespaces", accounts = "/api/v1/namespaces/" + ns_ + "/serviceaccounts";
  std::string space = R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":")" + ns_ + "\"}}";
  std::string account = R"({"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"default"}})";
  auto made = co_await call("POST", std::move(spaces), std::string(), std::move(space));
  if (!made && made.error().code != Errc::conflict) co_return made.error();
  auto also = co_await call("POST", std::move(accounts), std::string(), std::move(account));
  if (!also && also.error().code != Errc::conflict) co_return also.error();
  co_return base::Result<void>();
}

base::Awaitable<base::Result<void>> Target::clean() {
  std::string now = "gracePeriodSeconds=0";
  auto removed = co_await call("DELETE", pods_, std::move(now), std::string());
  if (!removed) co_return removed.error();
  for (int i = 0; i < 600; ++i) {
    std::string one = "limit=1";
    auto left = co_await list_body(std::move(one));
    if (left && left->find("\"items\":[]") != std::string::npos) break;
    co_await base::sleep_for(std::chrono::milliseconds(200));
  }
  std::string space = "/api/v1/namespaces/" + ns_;
  auto gone = co_await call("DELETE", std::move(space), std::string(), std::string());
  if (!gone) co_return gone.error();
  co_return base::Result<void>();
}

base::Awaitable<base::Result<void>> Target::create_pod(std::string name, bool scheduled) {
  std::string body = json::serialize(pod(name, scheduled));
  auto done = co_await call("POST", pods_, std::string(), std::move(body));
  if (!done) co_return done.error();
  co_return base::Result<void>();
}

base::Awaitable<base::Result<void>> Target::get_pod(std::string name) {
  std::string path = pods_ + "/" + name;
  auto done = co_await call("GET", std::move(path), std::string(), std::string());
  if (!done) co_return done.error();
  co_return base::Result<void>();
}

base::Awaitable<base::Result<void>> Target::delete_pod(std::string name) {
  std::string path = pods_ + "/" + name, now = "gracePeriodSeconds=0";
  auto done = co_await call("DELETE", std::move(path), std::move(now), std::string());
  if (!done) co_return done.error();
  co_return base::Result<void>();
}

base::Awaitable<base::Result<void>> Target::touch_pod(std::string name, std::int64_t value) {
  std::string path = pods_ + "/" + name, type = "application/merge-patch+json";
  std::string body = R"({"metadata":{"labels":{"touched":")" + std::to_string(value) + "\"}}}";
  auto done = co_await call("PATCH", std::move(path), std::string(), std::move(body), std::move(type));
  if (!done) co_return done.error();
  co_return base::Result<void>();
}

base::Awaitable<base::Result<std::string>> Target::list_body(std::string query) {
  return call("GET", pods_, std::move(query), std::string());
}

base::Awaitable<base::Result<std::size_t>> Target::list_pods() {
  auto body = co_await list_body(std::string());
  if (!body) co_return body.error();
  co_return body->size();
}

base::Awaitable<base::Result<std::unique_ptr<http::ResponseStream>>> Target::watch_pods(
    std::string resource_version) {
  http::Request request;
  request.path = pods_;
  request.raw_query = "watch=1" + (resource_version.empty() ? "" : "&resourceVersion=" + resource_version);
  request.headers.set("Accept", "application/json");
  if (!token_.empty()) request.headers.set("Authorization", "Bearer " + token_);
  auto stream = co_await client_->open(std::move(request));
  if (stream && (*stream)->status() != 200)
    co_return Error(Errc::internal, "watch: status " + std::to_string((*stream)->status()));
  co_return stream;
}

base::Awaitable<base::Result<std::string>> Target::server_version() {
  std::string path = "/version";
  auto body = co_await call("GET", std::move(path), std::string(), std::string());
  if (!body) co_return body.error();
  boost::system::error_code error;
  const auto document = json::parse(*body, error);
  if (error || !document.is_object() || !document.get_object().contains("gitVersion"))
    co_return std::string("unknown");
  co_return std::string(document.get_object().at("gitVersion").as_string());
}

}  // namespace bench
