#include "http/client.hpp"
#include <algorithm>
#include <atomic>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/this_coro.hpp>
#include "base/assert.hpp"
#include "http/client_stream.hpp"
#include "http/slots.hpp"
#include "http/websocket_impl.hpp"

namespace http {
namespace detail {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

bool idempotent(const Request& r) {
  return r.method == "GET" || r.method == "HEAD";
}

Framing framing_of(const Request& r) {
  return idempotent(r) && r.body.empty() ? Framing::none : Framing::length;
}

/// How one try at one endpoint ended when it brought no answer.
struct Failure {
  base::Error error;
  bool next = false;   ///< Nothing was done there: another endpoint may be asked.
  bool again = false;  ///< A kept connection had gone stale: a new one may do.
};

/// A request on its way; the deadline guards its connection.
struct Try {
  std::unique_ptr<ClientExchange> exchange;
  std::unique_ptr<Deadline> deadline;
};

struct EndpointState {
  std::unique_ptr<Endpoint> endpoint;
  std::shared_ptr<Slots> slots;
};

class PooledClient final : public Client, public std::enable_shared_from_this<PooledClient> {
 public:
  PooledClient(ClientOptions options);

  base::Awaitable<base::Result<Response>> send(Request request) override {
    return send(std::move(request), options_.request_timeout);
  }
  base::Awaitable<base::Result<Response>> send(Request request, milliseconds timeout) override;
  base::Awaitable<base::Result<std::unique_ptr<ResponseStream>>> open(Request request) override;
  base::Awaitable<base::Result<std::unique_ptr<RequestStream>>> open_duplex(Request request) override;
  base::Awaitable<base::Result<std::unique_ptr<WebSocket>>> websocket(
      Request request, std::vector<std::string> subprotocols) override;
  void prefer(const std::string& endpoint) override;
  void close() override;

 private:
  std::vector<Endpoint*> order() const;
  base::Awaitable<base::Result<Response>> send_once(Endpoint& endpoint, const Request& request,
                                                    steady_clock::time_point until, Failure& failure);
  base::Awaitable<base::Result<Try>> begin(Endpoint& endpoint, const Request& request, Framing framing,
                                           milliseconds timeout, bool pooled, Failure& failure);
  base::Awaitable<base::Result<Response>> collect(ClientExchange& exchange);
  Failure classify(const Request& request, const Try& t, bool reused, base::Error error) const;
  GiveBack give_back_to(Endpoint& endpoint);

  ClientOptions options_;
  std::vector<EndpointState> endpoints_;
  std::atomic<std::size_t> preferred_{0};
  std::atomic<bool> closed_{false};
};

PooledClient::PooledClient(ClientOptions options) : options_(std::move(options)) {
  for (const auto& url : options_.endpoints) {
    auto endpoint = Endpoint::parse(url);
    COX_ASSERT(endpoint.has_value(), "endpoints are checked where the configuration is read");
    endpoints_.push_back({std::move(*endpoint), std::make_shared<Slots>(options_.connections_max)});
  }
  COX_ASSERT(!endpoints_.empty(), "a client needs an endpoint");
}

std::vector<Endpoint*> PooledClient::order() const {
  std::vector<Endpoint*> result;
  const std::size_t first = preferred_;
  for (std::size_t i = 0; i < endpoints_.size(); ++i)
    result.push_back(endpoints_[(first + i) % endpoints_.size()].endpoint.get());
  std::stable_partition(result.begin(), result.end(), [](const Endpoint* e) { return !e->is_bad(); });
  return result;
}

GiveBack PooledClient::give_back_to(Endpoint& endpoint) {
  return [self = weak_from_this(), &endpoint](ClientConnectionPtr connection) {
    auto client = self.lock();
    if (client && !client->closed_) endpoint.keep(std::move(connection), client->options_.connections_max);
  };
}

Failure PooledClient::classify(const Request& request, const Try& t, bool reused, base::Error error) const {
  Failure f{std::move(error)};
  if (f.error.code == base::Errc::cancelled && !(t.deadline && t.deadline->passed())) return f;
  if (t.deadline && t.deadline->passed()) {
    f.error = base::Error(base::Errc::deadline_exceeded, "no answer in time");
    return f;
  }
  const bool unanswered = !t.exchange || !t.exchange->answered();
  f.again = reused && unanswered && idempotent(request);
  f.next = idempotent(request) && unanswered;
  if (!idempotent(request)) f.error.code = make_error_code(base::Errc::unknown_outcome);
  return f;
}

base::Awaitable<base::Result<Try>> PooledClient::begin(Endpoint& endpoint, const Request& request,
                                                       Framing framing, milliseconds timeout, bool pooled,
                                                       Failure& failure) {
  Try t;
  ClientConnectionPtr connection = pooled ? endpoint.take_idle(options_.idle_timeout) : nullptr;
  const bool reused = connection != nullptr;
  if (!connection) {
    const auto connect_timeout = std::min(options_.connect_timeout, timeout);
    auto connected = co_await endpoint.connect(options_.tls, connect_timeout);
    if (!connected) {
      endpoint.mark_bad();
      failure = Failure{connected.error(), connected.error().code != base::Errc::cancelled, false};
      co_return connected.error();
    }
    connection = std::move(*connected);
  }
  auto stream = connection->stream;
  t.exchange = std::make_unique<ClientExchange>(std::move(connection), give_back_to(endpoint),
                                                request.method == "HEAD");
  const auto ex = co_await asio::this_coro::executor;
  if (timeout != milliseconds::max()) t.deadline = std::make_unique<Deadline>(ex, stream, timeout);
  base::Result<void> done;
  if (const auto error =
          co_await t.exchange->send(request, endpoint.authority(), options_.user_agent, framing))
    done = to_error(error, "sending to " + endpoint.url());
  if (done && framing != Framing::chunked) done = co_await t.exchange->wait_head();
  if (!done) {
    failure = classify(request, t, reused, done.error());
    if (!failure.again) endpoint.mark_bad();
    co_return failure.error;
  }
  endpoint.mark_good();
  co_return t;
}

base::Awaitable<base::Result<Response>> PooledClient::collect(ClientExchange& exchange) {
  Response response;
  response.status = exchange.status();
  response.headers = exchange.headers();
  auto body = co_await exchange.read_all(options_.response_bytes_max);
  if (!body) co_return body.error();
  response.body = std::move(*body);
  co_return response;
}

base::Awaitable<base::Result<Response>> PooledClient::send_once(Endpoint& endpoint, const Request& request,
                                                                steady_clock::time_point until,
                                                                Failure& failure) {
  for (const bool pooled : {true, false}) {
    const auto left = std::chrono::ceil<milliseconds>(until - steady_clock::now());
    if (left <= milliseconds(0)) {
      failure = Failure{base::Error(base::Errc::deadline_exceeded, "no answer in time")};
      co_return failure.error;
    }
    failure = {};
    auto t = co_await begin(endpoint, request, framing_of(request), left, pooled, failure);
    if (!t) {
      if (failure.again) continue;
      co_return failure.error;
    }
    auto response = co_await collect(*t->exchange);
    if (!response) {
      failure = classify(request, *t, false, response.error());
      co_return failure.error;
    }
    co_return response;
  }
  co_return failure.error;
}

base::Awaitable<base::Result<Response>> PooledClient::send(Request request, milliseconds timeout) {
  const auto until = steady_clock::now() + timeout;
  Failure failure;
  for (Endpoint* endpoint : order()) {
    if (closed_) co_return base::Error(base::Errc::unavailable, "the client is closed");
    const auto it = std::find_if(endpoints_.begin(), endpoints_.end(),
                                 [&](auto& e) { return e.endpoint.get() == endpoint; });
    auto slot = co_await it->slots->acquire();
    if (!slot) co_return slot.error();
    auto response = co_await send_once(*endpoint, request, until, failure);
    if (response || !failure.next) co_return response;
  }
  co_return failure.error;
}

base::Awaitable<base::Result<std::unique_ptr<ResponseStream>>> PooledClient::open(Request request) {
  Failure failure;
  for (Endpoint* endpoint : order()) {
    if (closed_) co_return base::Error(base::Errc::unavailable, "the client is closed");
    failure = {};
    auto t =
        co_await begin(*endpoint, request, framing_of(request), options_.request_timeout, false, failure);
    if (t) co_return std::unique_ptr<ResponseStream>(std::move(t->exchange));
    if (!failure.next) break;
  }
  co_return failure.error;
}

base::Awaitable<base::Result<std::unique_ptr<RequestStream>>> PooledClient::open_duplex(Request request) {
  Failure failure;
  for (Endpoint* endpoint : order()) {
    if (closed_) co_return base::Error(base::Errc::unavailable, "the client is closed");
    failure = {};
    auto t = co_await begin(*endpoint, request, Framing::chunked, milliseconds::max(), false, failure);
    if (t) co_return std::unique_ptr<RequestStream>(std::move(t->exchange));
    // Only the head was sent: no server acts on a stream's head alone.
    if (failure.error.code == base::Errc::cancelled) break;
  }
  co_return failure.error;
}

base::Awaitable<base::Result<std::unique_ptr<WebSocket>>> PooledClient::websocket(
    Request request, std::vector<std::string> subprotocols) {
  base::Error last(base::Errc::unavailable, "the client is closed");
  for (Endpoint* endpoint : order()) {
    if (closed_) break;
    auto connection = co_await endpoint->connect(options_.tls, options_.connect_timeout);
    if (!connection) {
      endpoint->mark_bad();
      last = connection.error();
      if (last.code == base::Errc::cancelled) break;
      continue;
    }
    auto stream = (*connection)->stream;
    std::string host = endpoint->authority();
    co_return co_await connect_websocket(std::move(stream), std::move(host), std::move(request),
                                         std::move(subprotocols));
  }
  co_return last;
}

void PooledClient::prefer(const std::string& endpoint) {
  for (std::size_t i = 0; i < endpoints_.size(); ++i)
    if (endpoints_[i].endpoint->url() == endpoint) preferred_ = i;
}

void PooledClient::close() {
  closed_ = true;
  for (auto& e : endpoints_)
    e.endpoint->close_idle();
}

}  // namespace
}  // namespace detail

std::shared_ptr<Client> Client::create(base::Executor, ClientOptions options) {
  return std::make_shared<detail::PooledClient>(std::move(options));
}

}  // namespace http
