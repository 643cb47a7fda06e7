#include "controllers/garbagecollector/collector.hpp"
#include <algorithm>
#include "base/log.hpp"

namespace controllers::garbagecollector {
namespace {

using base::Awaitable;
using base::Result;

constexpr std::chrono::seconds look_again{30};

std::unique_ptr<Controller> make(const Context& c) {
  return std::make_unique<Collector>(c, Collector::Timing());
}

}  // namespace

Descriptor descriptor() {
  return {"garbage-collector-controller", {"garbagecollector"}, "generic-garbage-collector", &make};
}

Collector::Collector(const Context& context, Timing timing)
    : Loop(context, "garbage_collector", context.options.concurrent_gc_syncs),
      timing_(timing),
      shared_(share_informers(context.informers, graph_, [this] { queue_work(); })),
      monitors_(context.strand, context.rest, graph_, [this] { queue_work(); }),
      supervisor_(context.strand, "garbage collector") {}

void Collector::start() {
  supervisor_.spawn("garbage collector", [this] { return run(); });
}

Awaitable<void> Collector::stop() {
  supervisor_.cancel();
  co_await supervisor_.join();
  co_await Loop::stop();
  co_await monitors_.stop();
}

/// Work begins when the graph is whole: an owner must not be thought to have no dependents because they have
/// not been listed yet. A resource that cannot be listed is waited for once, not for ever.
Awaitable<void> Collector::run() {
  bool working = false;
  for (;;) {
    const bool found = co_await rediscover();
    if (found) {
      const bool synced = co_await monitors_.wait_synced(timing_.sync_limit);
      if (!synced) base::log::warning("the garbage collector does not see every resource yet");
      if (!std::exchange(working, true)) Loop::start();
    }
    const bool slept = co_await base::sleep_for(timing_.discovery_period);
    if (!slept) co_return;
  }
}

Awaitable<bool> Collector::rediscover() {
  auto found = co_await discovery::discover(context_.rest);
  if (!found) {
    base::log::warning("the garbage collector cannot discover resources", {{"error", found.error()}});
    co_return false;
  }
  resources_ = Resources::from(*found, resources_.get());
  std::vector<api::ResourceInfo> collected;
  for (const auto& r : resources_->all()) {
    graph_.kinds().set_scope(r.group_version().text(), r.kind, r.namespaced);
    if (is_collected(r) && !shared_.contains(r.group_resource())) collected.push_back(r);
  }
  co_await monitors_.watch_only(collected);
  co_return true;
}

void Collector::queue_work() {
  auto work = graph_.take_work();
  for (const auto& uid : work.attempt)
    enqueue("attempt/" + uid);
  for (const auto& uid : work.verify)
    enqueue("verify/" + uid);
  for (const auto& uid : work.orphan)
    enqueue("orphan/" + uid);
  for (const auto& m : work.misplaced) {
    api::core::v1::ObjectReference about;
    about.api_version = m.dependent.kind->api_version;
    about.kind = m.dependent.kind->kind;
    about.namespace_ = m.dependent.ns;
    about.name = m.dependent.name;
    about.uid = m.dependent.uid;
    const Identity named{m.owner.kind, m.dependent.ns, m.owner.name, m.owner.uid};
    context_.event(about, "Warning", "OwnerRefInvalidNamespace",
                   "ownerRef " + named.text() + " does not exist in namespace \"" + m.dependent.ns + "\"");
  }
}

Awaitable<Result<client::ReconcileResult>> Collector::reconcile(std::string key) {
  const auto slash = key.find('/');
  const auto what = key.substr(0, slash), uid = key.substr(slash + 1);
  const auto* node = graph_.find(uid);
  // What was in question has been seen since.
  if (!node || (what == "verify" && node->observed)) co_return client::ReconcileResult{};
  Result<Outcome> outcome = Outcome::done;
  if (what == "orphan")
    outcome = co_await orphan_dependents(uid);
  else
    outcome = co_await attempt(uid);
  queue_work();
  if (!outcome) co_return outcome.error();
  client::ReconcileResult result;
  const auto* after = graph_.find(uid);
  // An owner that exists and that no informer shows: were it deleted now, nobody would tell.
  const bool unseen = after && !after->observed;
  if (*outcome == Outcome::later || unseen) result.requeue_after = look_again;
  co_return result;
}

}  // namespace controllers::garbagecollector
