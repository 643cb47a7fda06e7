#include "apiserver/proxy/http_proxy.hpp"
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>
#include <charconv>
#include <exception>
#include "apiserver/proxy/forwarded.hpp"
#include "apiserver/proxy/join.hpp"
#include "base/assert.hpp"

namespace apiserver::proxy {
namespace {

using api::StatusError;
using api::StatusOr;

/// A body of up to this size is sent with its length; a larger one, or one of unknown length, in chunks.
constexpr std::size_t whole_body_max = 1024 * 1024;

/// Accepts any certificate: pods show what they have.
std::shared_ptr<http::TlsContext> unverified() {
  auto context = http::TlsContext::client_from_pem("", "", "", true);
  COX_ASSERT(context.has_value(), "an empty TLS context can be made");
  return std::move(*context);
}

std::size_t body_length(const http::Headers& headers) {
  const auto text = headers.get("Content-Length");
  std::size_t length = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
  if (headers.has("Transfer-Encoding") || (!text.empty() && error != std::errc())) return whole_body_max + 1;
  return length;
}

StatusError nobody_there(const std::string& url, const base::Error& error) {
  return StatusError::service_unavailable("error trying to reach service: " + url + ": " + error.message);
}

/// Sends the rest of the exchange's body. What it returns early by shows in the answer.
base::Awaitable<void> send_body(http::Exchange& from, http::RequestStream& to) {
  for (;;) {
    auto piece = co_await from.read_some();
    if (piece.has_error()) co_return;
    if (piece->empty()) break;
    const auto written = co_await to.write(std::move(*piece));
    if (written.has_error()) co_return;
  }
  base::ignore_error(co_await to.finish());
}

base::Awaitable<StatusOr<void>> answer(http::Exchange& exchange, http::ResponseStream& from,
                                       http::Headers headers) {
  if (exchange.request().method == "HEAD" || from.status() == 204 || from.status() == 304) {
    http::Response bare;
    bare.status = from.status();
    bare.headers = std::move(headers);
    base::ignore_error(co_await exchange.respond(std::move(bare)));
    co_return StatusOr<void>();
  }
  co_await carry_body(from, exchange, std::move(headers));
  co_return StatusOr<void>();
}

base::Awaitable<StatusOr<void>> answer_of(http::Exchange& exchange, http::RequestStream& stream,
                                          const std::string& url, const std::string& endpoint,
                                          const std::string& prefix) {
  const auto head = co_await stream.wait_head();
  if (head.has_error()) co_return nobody_there(url, head.error());
  auto headers = returned_headers(stream.headers(), endpoint, prefix);
  co_return co_await answer(exchange, stream, std::move(headers));
}

/// ".../proxy" of a GET leads to ".../proxy/", so that relative links work.
http::Response with_slash(const http::Request& request) {
  http::Response response;
  response.status = 301;
  response.headers.add("Location",
                       request.path + "/" + (request.raw_query.empty() ? "" : "?" + request.raw_query));
  return response;
}

}  // namespace

HttpProxy::HttpProxy(base::Executor ex, Options options, const ObjectLookup& objects, Choose choose)
    : options_(std::move(options)),
      objects_(objects),
      choose_(std::move(choose)),
      agents_(ex, options_.tls),
      others_(ex, unverified()) {}

void HttpProxy::close() {
  agents_.close();
  others_.close();
}

StatusOr<Location> HttpProxy::locate(const api::Object& object, std::string_view resource,
                                     const ProxyName& name) const {
  if (resource == "pods") return pod_location(object, name);
  if (resource == "services") return service_location(object, name, objects_, choose_);
  auto location = node_location(object, name, options_.address_types);
  if (location && location->agent && !options_.tls)
    return StatusError::internal(
        "this server cannot reach nodes: it was started without --kubelet-certificate-authority");
  return location;
}

base::Awaitable<StatusOr<void>> HttpProxy::serve(http::Exchange& exchange, SharedObject object,
                                                 std::string resource, ProxyName name) {
  auto to = locate(*object, resource, name);
  if (to.has_error()) co_return to.error();
  const auto& asked = exchange.request();
  const auto rest = proxied_path(asked.path, resource != "nodes");
  const bool reads = asked.method == "GET" || asked.method == "HEAD";
  if (rest.empty() && reads && !exchange.wants_websocket()) {
    base::ignore_error(co_await exchange.respond(with_slash(asked)));
    co_return StatusOr<void>();
  }
  auto prefix = asked.path.substr(0, asked.path.size() - rest.size());
  auto request = forwarded_request(asked, exchange.remote_address(), rest);
  co_return co_await forward(exchange, std::move(*to), std::move(request), std::move(prefix));
}

base::Awaitable<StatusOr<void>> HttpProxy::forward(http::Exchange& exchange, Location to,
                                                   http::Request request, std::string prefix) {
  const auto client = (to.agent ? agents_ : others_).get(to.endpoint);
  const auto url = to.endpoint + request.path;
  if (exchange.wants_websocket())
    co_return co_await join_sockets(exchange, *client, std::move(request), to.endpoint);
  const auto length = body_length(exchange.request().headers);
  if (length <= whole_body_max) {
    auto body = co_await exchange.read_body(whole_body_max);
    if (body.has_error()) co_return StatusError::bad_request(body.error().message);
    request.body = std::move(*body);
    const auto opened = co_await client->open(std::move(request));
    if (opened.has_error()) co_return nobody_there(url, opened.error());
    auto headers = returned_headers((*opened)->headers(), to.endpoint, prefix);
    co_return co_await answer(exchange, **opened, std::move(headers));
  }
  const auto opened = co_await client->open_duplex(std::move(request));
  if (opened.has_error()) co_return nobody_there(url, opened.error());
  auto& stream = **opened;
  base::TaskGroup group(exchange.executor(), "proxied-body");
  group.spawn("send", [&exchange, &stream] { return send_body(exchange, stream); });
  StatusOr<void> done;
  std::exception_ptr failure;
  try {
    done = co_await answer_of(exchange, stream, url, to.endpoint, prefix);
  } catch (...) {
    failure = std::current_exception();
  }
  // Whoever cancelled this must wait for the task all the same: it uses what is here.
  co_await boost::asio::this_coro::reset_cancellation_state(boost::asio::disable_cancellation());
  group.cancel();
  co_await group.join();
  if (failure) std::rethrow_exception(failure);
  co_return done;
}

}  // namespace apiserver::proxy
