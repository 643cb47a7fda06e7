#include "controllers/endpoints/endpoints_loop.hpp"
#include "client/event_recorder.hpp"
#include "controllers/frame/failures.hpp"

namespace controllers::endpoints {
namespace {

using base::Awaitable;
using base::Result;

constexpr std::chrono::microseconds gather_per_pod{20};
/// On Endpoints that are no endpoints but somebody's leader election lock.
constexpr const char* leader_annotation = "control-plane.alpha.kubernetes.io/leader";

std::unique_ptr<Controller> make(const Context& c) {
  return std::make_unique<EndpointsLoop>(c);
}

}  // namespace

Descriptor descriptor() {
  return {"endpoints-controller", {"endpoint"}, "endpoint-controller", &make};
}

EndpointsLoop::EndpointsLoop(const Context& context)
    : Loop(context, "endpoint", context.options.concurrent_endpoint_syncs),
      services_(context.informers.informer<Service>()),
      pods_(context.informers.informer<backends::Pod>()),
      endpoints_(context.informers.informer<Endpoints>()) {
  watch_services();
  watch_endpoints();
  backends::watch_pods(pods_, services_, [this](const std::string& key) {
    const auto it = pods_of_.find(key);
    queue().add_after(key, gather_per_pod * (it == pods_of_.end() ? 0 : it->second));
  });
}

void EndpointsLoop::watch_services() {
  client::Handler<Service> h;
  h.on_add = [this](const ServicePtr& s) { enqueue(client::key_of(*s)); };
  h.on_update = [this](const ServicePtr& old, const ServicePtr& s) {
    if (old->spec != s->spec || old->metadata.labels != s->metadata.labels) enqueue(client::key_of(*s));
  };
  h.on_delete = h.on_add;
  services_.add_handler(std::move(h));
}

void EndpointsLoop::watch_endpoints() {
  client::Handler<Endpoints> h;
  // What vanished Services left behind is looked for once, at the start: later, Endpoints without a Service
  // are somebody's own.
  h.on_add = [this](const auto& e) {
    const bool leftover = !endpoints_.synced() && !e->metadata.annotations.contains(leader_annotation);
    const auto key = client::key_of(*e);
    if (leftover || services_.store().get(key)) enqueue(key);
  };
  h.on_update = [this](const auto& old, const auto& e) {
    const auto key = client::key_of(*e);
    const bool changed = old->subsets != e->subsets || old->metadata.labels != e->metadata.labels;
    if (changed && services_.store().get(key)) enqueue(key);
  };
  h.on_delete = [this](const auto& e) { enqueue(client::key_of(*e)); };
  endpoints_.add_handler(std::move(h));
}

Awaitable<Result<client::ReconcileResult>> EndpointsLoop::reconcile(std::string key) {
  const auto service = services_.store().get(key);
  if (!service) {
    trigger_times_.forget(key);
    pods_of_.erase(key);
    const auto gone = co_await remove_leftover(key);
    if (!gone) co_return gone.error();
    co_return client::ReconcileResult{};
  }
  if (!backends::selects(*service)) co_return client::ReconcileResult{};
  const auto pods = backends::pods_of(*service, pods_.store());
  pods_of_[key] = pods.size();
  const auto found = endpoints_.store().get(key);
  const auto held = found ? *found : Endpoints();
  const auto changed_at = trigger_times_.observe(*service, pods);
  auto next = next_endpoints(held, *service, pods);
  if (found && next == held) co_return client::ReconcileResult{};
  backends::annotate_trigger_time(next.metadata, changed_at);
  const auto done = co_await write(service, std::move(next));
  if (!done) co_return done.error();
  co_return client::ReconcileResult{};
}

Awaitable<Result<void>> EndpointsLoop::remove_leftover(std::string key) {
  const auto held = endpoints_.store().get(key);
  if (!held || held->metadata.annotations.contains(leader_annotation)) co_return Result<void>();
  // Both may be new, and only the Endpoints known yet.
  const auto service = co_await rest().get<Service>(held->metadata.namespace_, held->metadata.name);
  if (service) co_return Result<void>();
  if (!service.error().is(base::Errc::not_found)) co_return service.error();
  client::DeleteOptions only_this;
  only_this.precondition_uid = held->metadata.uid;
  const auto done =
      co_await rest().remove<Endpoints>(held->metadata.namespace_, held->metadata.name, std::move(only_this));
  if (!done && !done.error().is(base::Errc::not_found)) co_return done.error();
  co_return Result<void>();
}

Awaitable<Result<void>> EndpointsLoop::write(ServicePtr service, Endpoints next) {
  const bool make_new = next.metadata.resource_version.empty();
  Result<Endpoints> done = Endpoints();
  if (make_new)
    done = co_await rest().create<Endpoints>(std::move(next));
  else
    done = co_await rest().update<Endpoints>(std::move(next));
  if (done) co_return Result<void>();
  const auto& error = done.error();
  if (make_new && is_namespace_terminating(error)) co_return Result<void>();
  // An old view of our own last write; the next one is on its way.
  if (error.is(base::Errc::conflict) || error.is(base::Errc::already_exists)) co_return error;
  context_.event(
      client::reference_to(*service), "Warning",
      make_new ? "FailedToCreateEndpoint" : "FailedToUpdateEndpoint",
      std::string(make_new ? "Failed to create endpoint for service " : "Failed to update endpoint ") +
          client::key_of(*service) + ": " + error.message);
  co_return error;
}

}  // namespace controllers::endpoints
