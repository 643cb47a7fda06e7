#include <algorithm>
#include "base/log.hpp"
#include "controllers/garbagecollector/collector.hpp"

/// What is done about one object of the graph, after asking the server.
namespace controllers::garbagecollector {
namespace {

using base::Awaitable;
using base::Errc;
using base::Result;

constexpr std::size_t at_once = 20;

}  // namespace

std::optional<Collector::Target> Collector::target(const Identity& id) const {
  if (!resources_) return std::nullopt;
  const auto* resource = resources_->find(*id.kind);
  if (!resource) return std::nullopt;
  return Target{id, resources_, resource};
}

Awaitable<Result<Collector::Outcome>> Collector::attempt(std::string uid) {
  const auto* node = graph_.find(uid);
  // Its deletion is under way; what it leaves behind is looked at when it is gone.
  if (node->being_deleted && !node->deleting_dependents) co_return Outcome::done;
  const auto at = target(node->id);
  if (!at) co_return Outcome::later;  // A kind that is not served (any more, or yet).
  const auto live = co_await get_live(*at);
  if (!live) co_return live.error();
  if (!*live) {
    graph_.absent(at->id);
    co_return Outcome::done;
  }
  node = graph_.find(uid);
  if (!node) co_return Outcome::done;
  if (node->deleting_dependents) co_return co_await go_on_deleting(*at);
  if ((*live)->owner_references.empty()) co_return Outcome::done;
  const auto owners = co_await classify(*at, (*live)->owner_references);
  if (!owners) co_return owners.error();
  if (!*owners) co_return Outcome::later;
  node = graph_.find(uid);
  if (!node) co_return Outcome::done;
  const bool waits = std::any_of(node->dependents.begin(), node->dependents.end(),
                                 [](const Node* d) { return d->deleting_dependents; });
  auto decision = decide(**live, **owners, !node->dependents.empty(), waits);
  co_return co_await carry_out(*at, **live, std::move(decision));
}

Awaitable<Result<Collector::Outcome>> Collector::carry_out(Target target, ObjectMeta object,
                                                           Decision decision) {
  Result<void> done;
  if (decision.step == Decision::Step::drop_owners) {
    auto shared = std::make_shared<const ObjectMeta>(std::move(object));
    done = co_await drop_owners(target, std::move(shared), std::move(decision.owners));
  } else if (decision.step == Decision::Step::remove && decision.unblock) {
    // What was read is old after this.
    done = co_await unblock_owners(target, object);
    if (done) {
      object.resource_version.clear();
      for (auto& o : object.owner_references)
        o.block_owner_deletion = false;
      done = co_await remove(target, std::move(object), std::move(decision.policy));
    }
  } else if (decision.step == Decision::Step::remove) {
    base::log::debug("collected", {{"object", target.id.text()}, {"policy", decision.policy}});
    done = co_await remove(target, std::move(object), std::move(decision.policy));
  }
  if (!done) co_return done.error();
  co_return Outcome::done;
}

Awaitable<Result<Collector::Outcome>> Collector::go_on_deleting(Target target) {
  const auto* node = graph_.find(target.id.uid);
  const auto blocking = blocking_dependents(*node);
  for (const auto* dependent : blocking)
    if (!dependent->deleting_dependents) enqueue("attempt/" + dependent->id.uid);
  if (!blocking.empty()) co_return Outcome::done;
  const auto done = co_await remove_finalizer(target, foreground_finalizer);
  if (!done) co_return done.error();
  co_return Outcome::done;
}

Awaitable<Result<Collector::Outcome>> Collector::orphan_dependents(std::string uid) {
  const auto* node = graph_.find(uid);
  const auto owner = target(node->id);
  if (!owner) co_return Outcome::later;
  std::vector<Identity> dependents;
  for (const auto* d : node->dependents)
    dependents.push_back(d->id);
  const auto failure = std::make_shared<std::optional<base::Error>>();
  for (std::size_t from = 0; from < dependents.size(); from += at_once) {
    std::vector<std::function<Awaitable<void>()>> tasks;
    for (std::size_t i = from; i < std::min(from + at_once, dependents.size()); ++i)
      tasks.push_back([this, uid, failure, at = target(dependents[i])]() -> Awaitable<void> {
        if (!at) co_return;
        std::vector<std::string> this_owner{uid};
        const auto done = co_await drop_owners(*at, nullptr, std::move(this_owner));
        if (!done) *failure = done.error();
      });
    co_await run_all(std::move(tasks));
  }
  if (*failure) co_return **failure;
  const auto done = co_await remove_finalizer(*owner, orphan_finalizer);
  if (!done) co_return done.error();
  co_return Outcome::done;
}

Awaitable<Result<std::optional<Owners>>> Collector::classify(Target target,
                                                             std::vector<OwnerReference> references) {
  Owners out;
  for (const auto& r : references) {
    const Identity named{graph_.kinds().get(r.api_version, r.kind), target.id.ns, r.name, r.uid};
    auto owner = this->target(named);
    if (!owner) co_return std::optional<Owners>();
    if (!owner->resource->namespaced) owner->id.ns.clear();
    if (owner->resource->namespaced && target.id.ns.empty()) {
      base::log::debug("a cluster-scoped object names a namespaced owner",
                       {{"object", target.id.text()}, {"owner", named.text()}});
      co_return std::optional<Owners>();
    }
    const auto found = std::make_shared<ObjectMeta>();
    const auto absent = co_await is_absent(*owner, found);
    if (!absent) co_return absent.error();
    const auto& finalizers = found->finalizers;
    const bool waits = found->deletion_timestamp && std::find(finalizers.begin(), finalizers.end(),
                                                              foreground_finalizer) != finalizers.end();
    (*absent ? out.dangling : waits ? out.waiting : out.solid).push_back(r.uid);
  }
  co_return std::optional(std::move(out));
}

Awaitable<Result<bool>> Collector::is_absent(Target owner, std::shared_ptr<ObjectMeta> found) {
  if (graph_.absent_owners().contains(owner.id)) co_return true;
  auto live = co_await get_live(owner);
  if (!live) co_return live.error();
  if (*live) {
    *found = std::move(**live);
    co_return false;
  }
  graph_.absent_owners().add(owner.id);
  co_return true;
}

}  // namespace controllers::garbagecollector
