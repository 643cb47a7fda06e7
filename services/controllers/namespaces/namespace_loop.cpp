#include "controllers/namespaces/namespace_loop.hpp"
#include <boost/json/array.hpp>
#include "api/object.hpp"

namespace controllers::namespaces {
namespace {

using base::Awaitable;
using base::Result;

constexpr std::chrono::seconds first_touch_delay{5};
constexpr int page_size = 500;

std::unique_ptr<Controller> make(const Context& c) {
  return std::make_unique<NamespaceLoop>(c, first_touch_delay);
}

/// "pods.", "deployments.apps": as upstream's messages have it.
std::string written(const api::ResourceInfo& r) {
  return r.resource + "." + r.group;
}

bool is_pods(const api::ResourceInfo& r) {
  return r.group.empty() && r.resource == "pods";
}

}  // namespace

Descriptor descriptor() {
  return {"namespace-controller", {"namespace"}, "namespace-controller", &make};
}

NamespaceLoop::NamespaceLoop(const Context& context, std::chrono::nanoseconds delay)
    : Loop(context, "namespace", context.options.concurrent_namespace_syncs),
      namespaces_(context.informers.informer<Namespace>()) {
  client::Handler<Namespace> h;
  h.on_add = [this, delay](const NamespacePtr& ns) {
    if (ns->metadata.deletion_timestamp) queue().add_after(ns->metadata.name, delay);
  };
  h.on_update = [on_add = h.on_add](const NamespacePtr&, const NamespacePtr& ns) { on_add(ns); };
  namespaces_.add_handler(std::move(h));
}

Awaitable<Result<client::ReconcileResult>> NamespaceLoop::reconcile(std::string key) {
  const auto found = namespaces_.store().get(key);
  if (!found || !found->metadata.deletion_timestamp || !has_finalizer(*found))
    co_return client::ReconcileResult{};
  auto marked = co_await mark_terminating(*found);
  if (!marked) co_return marked.error();
  auto swept = co_await sweep(key);
  if (!swept) co_return swept.error();
  const auto noted = co_await write_conditions(*marked, *swept);
  if (!noted) co_return noted.error();
  client::ReconcileResult result;
  if (!swept->deletion_failures.empty())
    co_return base::Error(base::Errc::unavailable, "cannot delete " + swept->deletion_failures.front());
  if (!swept->discovery_failures.empty())
    co_return base::Error(base::Errc::unavailable, "cannot discover " + swept->discovery_failures.front());
  if (!swept->remains.empty()) {
    result.requeue_after = look_again_after(*swept);
    co_return result;
  }
  const auto done = co_await finalize(*marked);
  if (!done) co_return done.error();
  co_return result;
}

Awaitable<Result<Namespace>> NamespaceLoop::mark_terminating(Namespace ns) {
  if (ns.status.phase == "Terminating") co_return ns;
  ns.status.phase = "Terminating";
  co_return co_await rest().update_status<Namespace>(std::move(ns));
}

Awaitable<Result<Sweep>> NamespaceLoop::sweep(std::string ns) {
  auto discovered = co_await discovery::discover(context_.rest);
  if (!discovered) co_return discovered.error();
  const auto out = std::make_shared<Sweep>();
  out->discovery_failures = discovered->failed;
  std::vector<api::ResourceInfo> later;
  for (auto& r : discovered->resources) {
    if (!r.namespaced || !discovery::has_verb(r, "delete")) continue;
    if (!is_pods(r)) {
      later.push_back(std::move(r));
      continue;
    }
    co_await sweep_resource(ns, r, out);
  }
  // What pods use outlives them.
  if (!out->remains.empty() || !out->deletion_failures.empty()) co_return *out;
  for (const auto& r : later)
    co_await sweep_resource(ns, r, out);
  co_return *out;
}

Awaitable<void> NamespaceLoop::sweep_resource(std::string ns, api::ResourceInfo r,
                                              std::shared_ptr<Sweep> into) {
  const auto deleted = co_await delete_all(ns, r);
  if (!deleted) {
    into->deletion_failures.push_back(written(r) + ": " + deleted.error().message);
    co_return;
  }
  if (!discovery::has_verb(r, "list")) co_return;
  client::ListOptions options;
  options.limit = page_size;
  const auto list = co_await rest().list(r, std::move(ns), std::move(options));
  if (!list) {
    if (!list.error().is(base::Errc::not_found))
      into->deletion_failures.push_back(written(r) + ": " + list.error().message);
    co_return;
  }
  if (auto remains = remains_of(written(r), *list, is_pods(r))) into->remains.push_back(std::move(*remains));
}

Awaitable<Result<void>> NamespaceLoop::delete_all(std::string ns, api::ResourceInfo r) {
  if (!discovery::has_verb(r, "deletecollection"))
    co_return co_await delete_each(std::move(ns), std::move(r));
  client::DeleteOptions how;
  how.propagation_policy = "Background";
  client::ListOptions which;
  auto done = co_await rest().remove_collection_raw(r, std::move(ns), std::move(how), std::move(which));
  if (!done && done.error().is(base::Errc::not_found)) co_return Result<void>();
  co_return done;
}

Awaitable<Result<void>> NamespaceLoop::delete_each(std::string ns, api::ResourceInfo r) {
  if (!discovery::has_verb(r, "list")) co_return Result<void>();
  client::ListOptions all;
  const auto list = co_await rest().list(r, ns, std::move(all));
  if (!list) co_return list.error();
  const auto* items = list->is_object() ? api::get_array(list->get_object(), {"items"}) : nullptr;
  if (!items) co_return Result<void>();
  for (const auto& item : *items) {
    if (!item.is_object()) continue;
    std::string name(api::name_of(item.get_object()));
    client::DeleteOptions how;
    how.propagation_policy = "Background";
    const auto done = co_await rest().remove_raw(r, ns, std::move(name), std::move(how));
    if (!done && !done.error().is(base::Errc::not_found)) co_return done.error();
  }
  co_return Result<void>();
}

Awaitable<Result<void>> NamespaceLoop::write_conditions(Namespace ns, Sweep sweep) {
  auto conditions = next_conditions(ns.status.conditions, sweep, now());
  if (conditions == ns.status.conditions) co_return Result<void>();
  // Read again: others write to a namespace too, and this pass may have taken long.
  auto live = co_await rest().get<Namespace>(std::string(), ns.metadata.name);
  if (!live) co_return live.error().is(base::Errc::not_found) ? Result<void>() : live.error();
  live->status.conditions = next_conditions(live->status.conditions, sweep, now());
  const auto written = co_await rest().update_status<Namespace>(std::move(*live));
  if (!written) co_return written.error();
  co_return Result<void>();
}

Awaitable<Result<void>> NamespaceLoop::finalize(Namespace ns) {
  auto live = co_await rest().get<Namespace>(std::string(), ns.metadata.name);
  if (!live) co_return live.error().is(base::Errc::not_found) ? Result<void>() : live.error();
  if (live->metadata.uid != ns.metadata.uid) co_return Result<void>();
  std::erase(live->spec.finalizers, finalizer);
  std::string subresource = "finalize";
  const auto done = co_await rest().update<Namespace>(std::move(*live), std::move(subresource));
  if (!done && !done.error().is(base::Errc::not_found)) co_return done.error();
  co_return Result<void>();
}

}  // namespace controllers::namespaces
