#include "apiserver/service/service.hpp"
#include "api/decode.hpp"
#include "apiserver/service/stages.hpp"
#include "base/log.hpp"

namespace apiserver {
namespace {

using namespace std::chrono_literals;
constexpr auto drain_time = 10s, leave_time = 3s;
constexpr auto certificates_looked_at_every = 60s;

http::Response not_yet() {
  auto status =
      api::StatusError::service_unavailable("the server has not read its store yet: try again soon");
  status.retry_after_seconds = 1;
  http::Response response;
  response.status = status.code;
  response.headers.set("Content-Type", "application/json");
  response.headers.set("Retry-After", "1");
  response.body = api::encode(status.to_json());
  return response;
}

}  // namespace

Service::Service(base::Runtime& runtime, Settings settings, std::shared_ptr<storage::Store> store,
                 const base::Clock& clock, std::shared_ptr<storage::Store> feed_store)
    : stages_(std::make_unique<Stages>(runtime, std::move(settings), store,
                                       feed_store ? std::move(feed_store) : store, clock)) {}
Service::~Service() = default;

std::uint16_t Service::port() const {
  return stages_->server->port();
}

bool Service::ready() const noexcept {
  return stages_->is_open() && stages_->bootstrap.done();
}

const char* Service::waiting_for() const noexcept {
  if (!stages_->monitor.serving())
    return "the store's first answer: check --etcd-servers and the store's own log";
  if (!stages_->is_open()) return "the objects in the store";
  return "the objects every cluster has to be written";
}

base::Result<void> Service::start(http::ServerOptions options) {
  auto& s = *stages_;
  s.tls = options.tls;
  auto listening = http::Server::listen(s.runtime.executor(), std::move(options),
                                        [&s](http::Exchange& exchange) { return s.serve(exchange); });
  if (!listening) return listening.error();
  s.server = std::move(*listening);
  s.start_background();
  return {};
}

base::Awaitable<void> Service::stop() {
  return stages_->stop();
}

bool Stages::is_open() noexcept {
  // Sticky: a cache that is read anew later keeps its old state until then.
  if (!open && caches.ready() && policy_feed.synced()) open = true;
  return open;
}

base::Awaitable<void> Stages::serve(http::Exchange& exchange) {
  return is_open() ? handler.serve(exchange) : serve_early(exchange);
}

base::Awaitable<void> Stages::serve_early(http::Exchange& exchange) const {
  const auto& request = exchange.request();
  http::Response response;
  // Who may ask is in the store: until it is read, these say no more than that the server is not ready.
  if (frame::Health::is_health_path(request.path)) {
    const auto query = http::Query::parse(request.raw_query);
    response = health.answer(request.path, query);
  } else {
    response = not_yet();
  }
  co_await exchange.respond(std::move(response));
}

void Stages::start_background() {
  feed.start();
  policy_feed.start();
  tasks.spawn("store monitor", [this] { return monitor.run(); });
  tasks.spawn("bootstrap", [this]() -> base::Awaitable<void> {
    // Before the caches are read everything would look absent.
    co_await until_read(caches);
    co_await bootstrap.run();
  });
  tasks.spawn("role aggregation", [this] { return aggregation.run(); });
  tasks.spawn("range repair", [this]() -> base::Awaitable<void> {
    co_await until_read(caches);
    co_await repair.run();
  });
  tasks.spawn("definitions", [this] { return definitions_follower.run(); });
  tasks.spawn("custom resources", [this] { return definitions.run(); });
  for (auto* follower : {&api_services_follower, &slices_follower, &services_follower})
    tasks.spawn("api services", [follower] { return follower->run(); });
  tasks.spawn("aggregator", [this]() -> base::Awaitable<void> {
    co_await until_read(caches);
    co_await aggregator.run();
  });
  tasks.spawn("compactor", [this] { return compactor.run(); });
  tasks.spawn("certificates", [this] { return look_at_certificates(); });
}

base::Awaitable<void> Stages::look_at_certificates() {
  bool more = true;
  while (more) {
    for (const auto& context : {tls, settings.kubelet_tls, settings.store_tls}) {
      if (!context) continue;
      const auto changed = context->reload_if_changed();
      if (!changed) base::log::warning("the old certificates stay in use", {{"error", changed.error()}});
    }
    more = co_await base::sleep_for(certificates_looked_at_every);
  }
}

base::Awaitable<void> Stages::leave() {
  // The store may be away: then the others notice when this server's Lease runs out.
  auto left = std::make_shared<base::Event>(strand);
  base::TaskGroup leaving(strand, "leaving");
  leaving.spawn("leave", [this, left]() -> base::Awaitable<void> {
    co_await bootstrap.leave();
    left->set();
  });
  leaving.spawn("give up", [this, left]() -> base::Awaitable<void> {
    const bool done = co_await left->wait_for(leave_time);
    if (!done) base::log::warning("cannot leave the list of API servers: the store does not answer", {});
    co_await bootstrap.stop();
  });
  co_await leaving.join();
}

base::Awaitable<void> Stages::stop() {
  stopping = true;
  if (settings.shutdown_delay.count() > 0) co_await base::sleep_for(settings.shutdown_delay);
  tasks.cancel();
  co_await tasks.join();
  co_await definitions.stop();
  co_await leave();
  handler.stop_watches();
  co_await server->stop(drain_time);
  co_await policy_feed.stop();
  co_await feed.stop();
  nodes.close();
  proxy.close();
}

}  // namespace apiserver
