#include "controllers/tainteviction/eviction_loop.hpp"
#include "client/event_recorder.hpp"
#include "controllers/workload/disruption.hpp"
#include "controllers/workload/index.hpp"

namespace controllers::tainteviction {
namespace {

using base::Awaitable;
using base::Result;
using workload::Pod;

constexpr int workers = 8;

std::unique_ptr<Controller> make(const Context& c) {
  return std::make_unique<EvictionLoop>(c);
}

}  // namespace

Descriptor descriptor() {
  return {"taint-eviction-controller", {}, "node-controller", &make};
}

EvictionLoop::EvictionLoop(const Context& context)
    : Loop(context, "noexec_taint_pod", workers),
      nodes_(context.informers.informer<Node>()),
      pods_(context.informers.informer<Pod>()) {
  watch_nodes();
  watch_pods();
}

void EvictionLoop::watch_nodes() {
  const auto wake = [this](const std::string& node) {
    for (const auto& pod : workload::pods_on(pods_.store(), node))
      enqueue(client::key_of(*pod));
  };
  client::Handler<Node> h;
  h.on_add = [wake](const auto& n) {
    if (!no_execute(n->spec.taints).empty()) wake(n->metadata.name);
  };
  h.on_update = [wake](const auto& old, const auto& n) {
    if (no_execute(old->spec.taints) != no_execute(n->spec.taints)) wake(n->metadata.name);
  };
  h.on_delete = h.on_add;
  nodes_.add_handler(std::move(h));
}

void EvictionLoop::watch_pods() {
  workload::index_by_node(pods_.store());
  client::Handler<Pod> h;
  h.on_add = [this](const PodPtr& pod) {
    if (!taints_of(pod->spec.node_name).empty()) enqueue(client::key_of(*pod));
  };
  h.on_update = [on_add = h.on_add](const PodPtr& old, const PodPtr& pod) {
    if (old->spec.node_name != pod->spec.node_name || old->spec.tolerations != pod->spec.tolerations ||
        old->metadata.uid != pod->metadata.uid)
      on_add(pod);
  };
  h.on_delete = [this](const PodPtr& pod) { cancel(client::key_of(*pod), nullptr); };
  pods_.add_handler(std::move(h));
}

std::vector<Taint> EvictionLoop::taints_of(const std::string& node) const {
  if (node.empty()) return {};
  const auto found = nodes_.store().get(node);
  return found ? no_execute(found->spec.taints) : std::vector<Taint>();
}

Awaitable<Result<client::ReconcileResult>> EvictionLoop::reconcile(std::string key) {
  client::ReconcileResult result;
  const auto pod = pods_.store().get(key);
  // What is on its way out needs no push.
  if (!pod || pod->metadata.deletion_timestamp) {
    cancel(key, nullptr);
    co_return result;
  }
  const auto taints = taints_of(pod->spec.node_name);
  const auto bears = tolerated_for(taints, pod->spec.tolerations);
  if (!bears) {
    cancel(key, pod);
    co_return result;
  }
  auto& scheduled = scheduled_[key];
  if (scheduled.uid != pod->metadata.uid) scheduled = {pod->metadata.uid, now(), now() + *bears};
  scheduled.due = scheduled.since + *bears;
  if (scheduled.due > now()) {
    result.requeue_after = scheduled.due - now();
    co_return result;
  }
  const auto done = co_await evict(pod);
  if (!done) co_return done.error();
  scheduled_.erase(key);
  co_return result;
}

/// `pod`: null where nobody need be told.
void EvictionLoop::cancel(const std::string& key, const PodPtr& pod) {
  if (scheduled_.erase(key) == 1 && pod) record(*pod, "Cancelling deletion of Pod ");
}

void EvictionLoop::record(const Pod& pod, const char* what) {
  context_.event(client::reference_to(pod), "Normal", "TaintManagerEviction", what + client::key_of(pod));
}

Awaitable<Result<void>> EvictionLoop::evict(PodPtr pod) {
  record(*pod, "Marking for deletion Pod ");
  const auto marked = co_await mark(pod);
  if (!marked) co_return marked.error();
  client::DeleteOptions only_this;
  only_this.precondition_uid = pod->metadata.uid;
  const auto done =
      co_await rest().remove<Pod>(pod->metadata.namespace_, pod->metadata.name, std::move(only_this));
  if (!done && !done.error().is(base::Errc::not_found)) co_return done.error();
  co_return Result<void>();
}

Awaitable<Result<void>> EvictionLoop::mark(PodPtr pod) {
  auto patch = workload::disruption_patch(*pod, "DeletionByTaintManager",
                                          "Taint manager: deleting due to NoExecute taint", false, now());
  if (!patch) co_return Result<void>();
  std::string subresource = "status";
  const auto done =
      co_await rest().patch<Pod>(pod->metadata.namespace_, pod->metadata.name, client::PatchType::strategic,
                                 std::move(*patch), std::move(subresource));
  if (!done && !done.error().is(base::Errc::not_found)) co_return done.error();
  co_return Result<void>();
}

}  // namespace controllers::tainteviction
