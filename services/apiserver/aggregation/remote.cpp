#include "apiserver/aggregation/remote.hpp"
#include <algorithm>
#include "api/decode.hpp"
#include "apiserver/aggregation/api_service.hpp"
#include "apiserver/kinds/common.hpp"
#include "apiserver/proxy/service_endpoint.hpp"
#include "base/encoding.hpp"
#include "base/log.hpp"

namespace apiserver::aggregation {
namespace {

using api::StatusError;
using api::StatusOr;
using kinds::at;
using namespace std::chrono_literals;
constexpr auto discovery_time = 5000ms;
constexpr std::size_t body_bytes_max = 100 * 1024 * 1024;

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

/// Meant for this hop, or about who asks, which this server says itself.
bool is_ours(const std::string& name) {
  constexpr std::string_view names[] = {
      "connection", "keep-alive",     "proxy-authenticate", "proxy-authorization",
      "te",         "trailer",        "transfer-encoding",  "upgrade",
      "host",       "content-length", "authorization",      "expect"};
  return std::find(std::begin(names), std::end(names), name) != std::end(names) ||
         name.starts_with("x-remote-") || name.starts_with("impersonate-");
}

/// As a header's name may hold it: what is no token character is percent-encoded.
std::string header_key(std::string_view key) {
  constexpr std::string_view token = "!#$&'*+-.^_`|~";
  constexpr char digits[] = "0123456789ABCDEF";
  std::string out;
  for (const unsigned char c : key) {
    if (std::isalnum(c) || token.find(static_cast<char>(c)) != std::string_view::npos) {
      out += static_cast<char>(c);
    } else {
      out += '%';
      out += digits[c >> 4];
      out += digits[c & 15];
    }
  }
  return out;
}

http::Headers answered_headers(const http::Headers& given) {
  http::Headers out;
  for (const auto& [name, value] : given)
    if (const auto n = lower(name); !is_ours(n) && n != "date") out.add(name, value);
  return out;
}

}  // namespace

http::Headers forwarded_headers(const http::Headers& given, const authentication::UserInfo& user,
                                const std::string& remote_address) {
  http::Headers out;
  for (const auto& [name, value] : given)
    if (!is_ours(lower(name))) out.add(name, value);
  out.add("X-Remote-User", user.name);
  if (!user.uid.empty()) out.add("X-Remote-Uid", user.uid);
  for (const auto& group : user.groups)
    out.add("X-Remote-Group", group);
  for (const auto& [key, values] : user.extra)
    for (const auto& value : values)
      out.add("X-Remote-Extra-" + header_key(key), value);
  const auto address = remote_address.substr(0, remote_address.rfind(':'));
  const std::string before(given.get("X-Forwarded-For"));
  if (!address.empty()) out.set("X-Forwarded-For", before.empty() ? address : before + ", " + address);
  return out;
}

base::Result<std::shared_ptr<Remote>> Remote::make(const api::Object& o, const FrontProxy& front_proxy,
                                                   base::Executor executor, const ObjectLookup& lookup) {
  const auto bundle = base::base64_decode(at(o, {"spec", "caBundle"}));
  if (!bundle) return bundle.error();
  const bool insecure = api::get_bool(o, {"spec", "insecureSkipTLSVerify"});
  auto tls = http::TlsContext::client_from_pem(front_proxy.certificate, front_proxy.key, *bundle, insecure);
  if (!tls) return tls.error();
  return std::shared_ptr<Remote>(new Remote(
      {at(o, {"spec", "group"}), at(o, {"spec", "version"})}, at(o, {"spec", "service", "namespace"}),
      at(o, {"spec", "service", "name"}), kinds::number(o, {"spec", "service", "port"}, 443), std::move(*tls),
      std::move(executor), lookup));
}

Remote::Remote(api::GroupVersion gv, std::string ns, std::string name, std::int64_t port,
               std::shared_ptr<http::TlsContext> tls, base::Executor executor, const ObjectLookup& lookup)
    : gv_(std::move(gv)),
      ns_(std::move(ns)),
      name_(std::move(name)),
      port_(port),
      tls_(std::move(tls)),
      executor_(std::move(executor)),
      lookup_(lookup) {}

Remote::~Remote() {
  for (auto& [url, client] : clients_)
    client->close();
}

StatusOr<Remote::Route> Remote::route() {
  auto endpoint = proxy::service_endpoint(lookup_, ns_, name_, port_);
  if (!endpoint) return endpoint.error();
  std::lock_guard lock(mutex_);
  constexpr std::size_t clients_max = 64;  // The endpoints of a service come and go.
  if (clients_.size() >= clients_max) clients_.clear();
  auto& client = clients_[endpoint->url];
  if (!client) {
    http::ClientOptions options;
    options.endpoints = {endpoint->url};
    options.tls = tls_;
    client = http::Client::create(executor_, std::move(options));
  }
  return Route{client, std::move(endpoint->url), std::move(endpoint->host)};
}

base::Awaitable<base::Result<std::vector<api::ResourceInfo>>> Remote::discover() {
  auto to = route();
  if (!to) co_return base::Error(base::Errc::unavailable, to.error().message);
  http::Request request;
  request.path = gv_.group.empty() ? "/api/" + gv_.version : "/apis/" + gv_.group + "/" + gv_.version;
  request.host = to->host;
  request.headers.set("Accept", "application/json");
  request.headers.set("X-Remote-User", "system:kube-aggregator");
  request.headers.set("X-Remote-Group", std::string(authentication::privileged_group));
  const auto where = to->url.substr(0, to->url.find('#')) + request.path;
  auto answer = co_await to->client->send(std::move(request), discovery_time);
  if (!answer)
    co_return base::Error(base::Errc::unavailable, "failing or missing response from " + where + ": Get \"" +
                                                       where + "\": " + answer.error().message);
  if (answer->status < 200 || answer->status > 299)
    co_return base::Error(base::Errc::unavailable, "failing or missing response from " + where +
                                                       ": bad status from " + where + ": " +
                                                       std::to_string(answer->status));
  auto document = api::parse_json(answer->body);
  if (!document || !document->is_object()) co_return std::vector<api::ResourceInfo>();
  co_return resources_of(gv_, document->get_object());
}

base::Awaitable<StatusOr<void>> Remote::serve(http::Exchange& exchange,
                                              const authentication::UserInfo& user) {
  auto to = route();
  if (!to) co_return StatusError::service_unavailable("service unavailable");
  const auto& given = exchange.request();
  http::Request request;
  request.method = given.method;
  request.path = given.path;
  request.raw_query = given.raw_query;
  request.host = to->host;
  request.headers = forwarded_headers(given.headers, user, exchange.remote_address());
  auto body = co_await exchange.read_body(body_bytes_max);
  if (!body) co_return StatusError::bad_request("the body could not be read: " + body.error().message);
  request.body = std::move(*body);
  auto stream = co_await to->client->open(std::move(request));
  if (!stream)
    co_return StatusError::service_unavailable("error trying to reach service: " + stream.error().message);
  auto writer = co_await exchange.start((*stream)->status(), answered_headers((*stream)->headers()));
  if (!writer) co_return StatusOr<void>();
  while (true) {
    auto piece = co_await (*stream)->read_some();
    // A broken answer must not look like a whole one: the writer goes without its end.
    if (!piece) co_return StatusOr<void>();
    if (piece->empty()) break;
    std::vector<http::SharedBytes> pieces{http::make_bytes(std::move(*piece))};
    auto written = co_await (*writer)->write(std::move(pieces));
    if (!written) co_return StatusOr<void>();
  }
  co_await (*writer)->finish();
  co_return StatusOr<void>();
}

}  // namespace apiserver::aggregation
