#include "controllers/endpointslice/slice_loop.hpp"
#include "client/event_recorder.hpp"
#include "controllers/frame/failures.hpp"

namespace controllers::endpointslice {
namespace {

using base::Awaitable;
using base::Result;

constexpr std::chrono::microseconds gather_per_pod{20};
constexpr std::chrono::seconds look_again{30};
constexpr const char* service_index = "service";
constexpr const char* zone_label = "topology.kubernetes.io/zone";

std::unique_ptr<Controller> make(const Context& c) {
  return std::make_unique<SliceLoop>(c);
}

client::InformerOptions ours() {
  client::InformerOptions o;
  o.label_selector = std::string(manager_label) + "=" + manager;
  return o;
}

std::string service_key(const EndpointSlice& slice) {
  const auto it = slice.metadata.labels.find(service_label);
  return it == slice.metadata.labels.end() ? std::string() : slice.metadata.namespace_ + "/" + it->second;
}

}  // namespace

Descriptor descriptor() {
  return {"endpointslice-controller", {"endpointslice"}, "endpointslice-controller", &make};
}

SliceLoop::SliceLoop(const Context& context)
    : Loop(context, "endpoint_slice", context.options.concurrent_service_endpoint_syncs),
      services_(context.informers.informer<Service>()),
      pods_(context.informers.informer<backends::Pod>()),
      nodes_(context.informers.informer<Node>()),
      slices_(context.informers.informer<EndpointSlice>(ours())) {
  watch_services();
  watch_slices();
  watch_nodes();
  backends::watch_pods(pods_, services_, [this](const std::string& key) { wake_later(key); });
}

void SliceLoop::watch_services() {
  client::Handler<Service> h;
  h.on_add = [this](const auto& s) { enqueue(client::key_of(*s)); };
  h.on_update = [this](const auto& old, const auto& s) {
    if (old->spec != s->spec || old->metadata.labels != s->metadata.labels ||
        old->metadata.uid != s->metadata.uid ||
        old->metadata.deletion_timestamp != s->metadata.deletion_timestamp)
      enqueue(client::key_of(*s));
  };
  h.on_delete = h.on_add;
  services_.add_handler(std::move(h));
}

void SliceLoop::watch_slices() {
  slices_.store().add_index(service_index,
                            [](const EndpointSlice& s) { return std::vector<std::string>{service_key(s)}; });
  const auto seen = [this](const EndpointSlice& s, bool gone) {
    auto key = service_key(s);
    if (!key.empty() && written_.observe(key, s, gone)) enqueue(std::move(key));
  };
  client::Handler<EndpointSlice> h;
  h.on_add = [seen](const SlicePtr& s) { seen(*s, false); };
  h.on_update = [this, seen](const SlicePtr& old, const SlicePtr& s) {
    seen(*s, false);
    if (auto former = service_key(*old); !former.empty() && former != service_key(*s))
      enqueue(std::move(former));
  };
  h.on_delete = [seen](const SlicePtr& s) { seen(*s, true); };
  slices_.add_handler(std::move(h));
}

void SliceLoop::watch_nodes() {
  client::Handler<Node> h;
  h.on_add = [this](const auto&) {
    for (const auto& key : std::exchange(want_nodes_, {}))
      enqueue(key);
  };
  nodes_.add_handler(std::move(h));
}

void SliceLoop::wake_later(const std::string& key) {
  const auto it = pods_of_.find(key);
  queue().add_after(key, gather_per_pod * (it == pods_of_.end() ? 0 : it->second));
}

std::optional<std::string> SliceLoop::zone_of(const std::string& node) const {
  const auto found = nodes_.store().get(node);
  if (!found) return std::nullopt;
  const auto it = found->metadata.labels.find(zone_label);
  return it == found->metadata.labels.end() ? std::string() : it->second;
}

Awaitable<Result<client::ReconcileResult>> SliceLoop::reconcile(std::string key) {
  const auto service = services_.store().get(key);
  client::ReconcileResult result;
  want_nodes_.erase(key);
  if (!service) {
    trigger_times_.forget(key);
    written_.forget(key);
    pods_of_.erase(key);
    co_return result;
  }
  if (!backends::selects(*service)) co_return result;
  auto slices = slices_.store().by_index(service_index, key);
  std::erase_if(slices, [](const SlicePtr& s) { return s->metadata.deletion_timestamp.has_value(); });
  if (!written_.all_seen(key, slices, now())) {
    result.requeue_after = look_again;  // The event that is waited for comes first.
    co_return result;
  }
  const auto pods = backends::pods_of(*service, pods_.store());
  pods_of_[key] = pods.size();
  auto plan = endpointslice::plan(
      *service, pods, [this](const std::string& node) { return zone_of(node); }, slices,
      trigger_times_.observe(*service, pods),
      static_cast<std::size_t>(context_.options.max_endpoints_per_slice));
  if (plan.missing_nodes) want_nodes_.insert(key);
  const auto done = co_await carry_out(key, std::move(plan));
  if (done) co_return result;
  if (!done.error().is(base::Errc::conflict))
    context_.event(client::reference_to(*service), "Warning", "FailedToUpdateEndpointSlices",
                   "Error updating Endpoint Slices for Service " + key + ": " + done.error().message);
  co_return done.error();
}

Awaitable<Result<void>> SliceLoop::carry_out(std::string key, Plan plan) {
  for (auto* writes : {&plan.create, &plan.update})
    for (auto& slice : *writes) {
      const auto done = co_await write(key, std::move(slice));
      if (!done) co_return done.error();
    }
  for (const auto& slice : plan.remove) {
    const auto done = co_await remove(key, slice);
    if (!done) co_return done.error();
  }
  co_return Result<void>();
}

Awaitable<Result<void>> SliceLoop::write(std::string key, EndpointSlice slice) {
  const bool make_new = slice.metadata.name.empty();
  Result<EndpointSlice> done = EndpointSlice();
  if (make_new)
    done = co_await rest().create<EndpointSlice>(std::move(slice));
  else
    done = co_await rest().update<EndpointSlice>(std::move(slice));
  if (done) {
    written_.wrote(key, *done, now());
    co_return Result<void>();
  }
  if (make_new && is_namespace_terminating(done.error())) co_return Result<void>();
  co_return done.error();
}

Awaitable<Result<void>> SliceLoop::remove(std::string key, SlicePtr slice) {
  client::DeleteOptions only_this;
  only_this.precondition_uid = slice->metadata.uid;
  const auto done = co_await rest().remove<EndpointSlice>(slice->metadata.namespace_, slice->metadata.name,
                                                          std::move(only_this));
  if (!done && !done.error().is(base::Errc::not_found)) co_return done.error();
  written_.removed(key, *slice, now());
  co_return Result<void>();
}

}  // namespace controllers::endpointslice
