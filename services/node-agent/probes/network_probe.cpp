#include "node-agent/probes/network_probe.hpp"
#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>
#include "http/client.hpp"

namespace node_agent::probes {

namespace core = api::core::v1;
namespace asio = boost::asio;

namespace {

constexpr int redirects_max = 10;
constexpr std::size_t body_shown_max = 10 * 1024;

std::string authority(const std::string& host, std::uint16_t port) {
  const bool v6 = host.find(':') != std::string::npos;
  return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::string lower(std::string s) {
  std::transform(s.begin(), s.end(), s.begin(), [](unsigned char c) { return std::tolower(c); });
  return s;
}

/// Upstream's words for what the transport says.
Attempt transport_failure(const HttpTarget& t, const base::Error& error) {
  const std::string get = "Get \"" + t.url() + "\": ";
  if (error.is(base::Errc::deadline_exceeded) || error.message.ends_with("no answer in time"))
    return {Outcome::failure,
            get + "context deadline exceeded (Client.Timeout exceeded while awaiting headers)"};
  if (error.message.ends_with("Connection refused"))
    return {Outcome::failure,
            get + "dial tcp " + authority(t.host, t.port) + ": connect: connection refused"};
  return {Outcome::failure, get + error.message};
}

}  // namespace

base::Result<std::uint16_t> resolve_port(const api::IntOrString& port, const core::Container& container) {
  int number = port.int_value;
  if (!port.is_int) {
    const auto named =
        std::find_if(container.ports.begin(), container.ports.end(),
                     [&](const core::ContainerPort& p) { return p.name == port.string_value; });
    if (named != container.ports.end()) {
      number = named->container_port;
    } else {
      number = 0;
      const auto& s = port.string_value;
      if (!s.empty() && s.size() <= 5 && s.find_first_not_of("0123456789") == std::string::npos)
        number = std::stoi(s);
      if (number == 0)
        return base::Error(base::Errc::invalid_argument, "couldn't find port: " + s + " in container");
    }
  }
  if (number < 1 || number > 65535)
    return base::Error(base::Errc::invalid_argument, "invalid port number: " + port.text());
  return static_cast<std::uint16_t>(number);
}

std::string HttpTarget::url() const {
  return scheme + "://" + authority(host, port) + request.path +
         (request.raw_query.empty() ? "" : "?" + request.raw_query);
}

base::Result<HttpTarget> http_target(const core::HTTPGetAction& action, const core::Container& container,
                                     const std::string& pod_ip) {
  HttpTarget t;
  auto port = resolve_port(action.port, container);
  if (!port) return port.error();
  t.port = *port;
  t.scheme = action.scheme.empty() ? "http" : lower(action.scheme);
  t.host = action.host.empty() ? pod_ip : action.host;
  const auto question = action.path.find('?');
  t.request.path = action.path.substr(0, question);
  if (question != std::string::npos) t.request.raw_query = action.path.substr(question + 1);
  if (!t.request.path.starts_with('/')) t.request.path.insert(0, 1, '/');
  for (const auto& h : action.http_headers)
    if (lower(h.name) == "host")
      t.request.host = h.value;
    else
      t.request.headers.add(h.name, h.value);
  if (!t.request.headers.has("User-Agent")) t.request.headers.set("User-Agent", "kube-probe/1.35");
  if (!t.request.headers.has("Accept")) t.request.headers.set("Accept", "*/*");
  t.request.headers.set("Connection", "close");
  return t;
}

Attempt judge_http(int status, const std::string& body) {
  if (status >= 200 && status < 400) return {Outcome::success, body.substr(0, body_shown_max)};
  return {Outcome::failure, "HTTP probe failed with statuscode: " + std::to_string(status)};
}

std::string local_redirect(const HttpTarget& from, std::string_view location) {
  const std::string base_text = from.url();
  const auto base_url = boost::urls::parse_uri(base_text);
  const auto reference = boost::urls::parse_uri_reference(location);
  boost::urls::url to;
  if (!base_url || !reference || !boost::urls::resolve(*base_url, *reference, to)) return {};
  if (to.encoded_host() != base_url->encoded_host()) return {};
  if (to.scheme() != "http" && to.scheme() != "https") return {};
  return std::string(to.buffer());
}

base::Awaitable<Attempt> http_probe(base::Executor ex, HttpTarget target, std::chrono::seconds timeout) {
  const auto until = std::chrono::steady_clock::now() + timeout;
  auto tls = http::TlsContext::client_from_pem({}, {}, {}, true);
  if (!tls) co_return Attempt{Outcome::unknown, tls.error().message};
  for (int hop = 0; hop <= redirects_max; ++hop) {
    http::ClientOptions options;
    options.endpoints.push_back(target.scheme + "://" + authority(target.host, target.port));
    options.tls = *tls;
    options.response_bytes_max = 16 << 20;
    auto client = http::Client::create(ex, std::move(options));
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    http::Request request = target.request;
    auto answer = co_await client->send(std::move(request), std::max(left, std::chrono::milliseconds(1)));
    client->close();
    if (!answer) co_return transport_failure(target, answer.error());
    std::string next;
    if (answer->status >= 300 && answer->status < 400)
      next = local_redirect(target, answer->headers.get("Location"));
    if (next.empty()) co_return judge_http(answer->status, answer->body);
    const auto url = boost::urls::parse_uri(next).value();
    target.scheme = url.scheme();
    target.port = url.has_port() ? url.port_number() : (target.scheme == "https" ? 443 : 80);
    target.request.path = url.encoded_path().empty() ? "/" : std::string(url.encoded_path());
    target.request.raw_query = std::string(url.encoded_query());
  }
  co_return Attempt{Outcome::failure, "Get \"" + target.url() + "\": stopped after 10 redirects"};
}

base::Awaitable<Attempt> tcp_probe(std::string host, std::uint16_t port, std::chrono::seconds timeout) {
  constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);
  const auto ex = co_await asio::this_coro::executor;
  const std::string dial = "dial tcp " + authority(host, port) + ": ";
  asio::ip::tcp::resolver resolver(ex);
  const std::string service = std::to_string(port);
  auto [resolve_error, addresses] = co_await resolver.async_resolve(host, service, no_throw);
  if (resolve_error) co_return Attempt{Outcome::failure, dial + resolve_error.message()};
  auto socket = std::make_shared<asio::ip::tcp::socket>(ex);
  asio::steady_timer timer(ex, timeout);
  timer.async_wait([socket](boost::system::error_code error) {
    boost::system::error_code ignored;
    if (!error) socket->close(ignored);
  });
  boost::system::error_code failed = asio::error::host_unreachable;
  for (const auto& entry : addresses) {
    auto [error] = co_await socket->async_connect(entry.endpoint(), no_throw);
    failed = error;
    if (!failed) break;
  }
  const bool late = timer.cancel() == 0;
  if (!failed) co_return Attempt{Outcome::success, ""};
  if (late) co_return Attempt{Outcome::failure, dial + "i/o timeout"};
  const bool refused = failed == asio::error::connection_refused;
  co_return Attempt{Outcome::failure,
                    dial + "connect: " + (refused ? "connection refused" : failed.message())};
}

}  // namespace node_agent::probes
