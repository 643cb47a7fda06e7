#include "raft-store/gateway/routes.hpp"
#include "storage/errors.hpp"

namespace raft_store::gateway {
namespace {

/// Reads on past what is too large, so that a client that sends all before it reads hears why it was refused.
base::Awaitable<void> discard_body(http::Exchange& exchange) {
  constexpr std::size_t kBytesMax = 16 << 20;
  for (std::size_t bytes = 0; bytes < kBytesMax;) {
    const base::Result<std::string> piece = co_await exchange.read_some();
    if (!piece || piece->empty()) co_return;
    bytes += piece->size();
  }
}

}  // namespace

void Routes::add(const std::string& path, const char* service, const char* method, const char* type,
                 Route route) {
  route.metrics = std::make_shared<CallMetrics>(metrics_, type, service, method);
  routes_.emplace(path, std::move(route));
}

void Routes::add(const std::string& path, const char* service, const char* method, Unary call) {
  add(path, service, method, "unary", Route{nullptr, std::move(call), nullptr});
}

void Routes::add(const std::string& path, const char* service, const char* method, Streaming call,
                 const char* type) {
  add(path, service, method, type, Route{nullptr, nullptr, std::move(call)});
}

/// etcd takes 512 KiB above its limit for what surrounds a request; in JSON it is a third larger.
std::size_t Routes::body_bytes_max(Form form) const {
  const std::size_t bytes = request_bytes_max_ + (512 << 10);
  return form == Form::json ? bytes + bytes / 2 : bytes;
}

base::Awaitable<bool> Routes::serve(http::Exchange& exchange) const {
  const auto found = routes_.find(exchange.request().path);
  if (found == routes_.end()) co_return false;
  if (exchange.request().method != "POST") {
    http::Response refused = plain(405, "Method Not Allowed\n");
    refused.headers.set("Allow", "POST");
    base::ignore_error(co_await exchange.respond(std::move(refused)));
    co_return true;
  }
  const Route& route = found->second;
  CallMetrics::Call counted(*route.metrics);
  base::Result<void> result;
  if (route.unary)
    result = co_await serve_unary(exchange, route);
  else
    result = co_await route.streaming(exchange, form_of(exchange.request()));
  counted.finish(result ? 0 : storage::grpc_code(result.error()));
  co_return true;
}

base::Awaitable<base::Result<void>> Routes::serve_unary(http::Exchange& exchange, const Route& route) const {
  const Form form = form_of(exchange.request());
  base::Result<std::string> body = co_await exchange.read_body(body_bytes_max(form));
  base::Result<std::string> result = base::Error();
  if (body) {
    route.metrics->received(body->size());
    result = co_await route.unary(form, std::move(*body));
  } else if (body.error().is(base::Errc::resource_exhausted)) {
    co_await discard_body(exchange);
    result = storage::errors::request_too_large();
  } else {
    co_return body.error();  // The peer is gone.
  }
  http::Response response = result ? answer(form, std::move(*result)) : refusal(form, result.error());
  route.metrics->sent(response.body.size());
  base::ignore_error(co_await exchange.respond(std::move(response)));
  if (!result) co_return result.error();
  co_return base::Result<void>();
}

}  // namespace raft_store::gateway
