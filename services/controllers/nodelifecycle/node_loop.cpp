#include "controllers/nodelifecycle/node_loop.hpp"
#include <algorithm>
#include <boost/json/array.hpp>
#include "base/log.hpp"
#include "client/event_recorder.hpp"
#include "controllers/workload/index.hpp"

namespace controllers::nodelifecycle {
namespace {

namespace json = boost::json;
using base::Awaitable;
using workload::Pod;

constexpr const char* lease_namespace = "kube-node-lease";

std::unique_ptr<Controller> make(const Context& c) {
  return std::make_unique<NodeLoop>(c);
}

client::InformerOptions in_lease_namespace() {
  client::InformerOptions o;
  o.ns = lease_namespace;
  return o;
}

json::value taints_patch(const Node& node, const std::vector<Taint>& taints) {
  json::array list;
  for (const auto& t : taints)
    list.push_back(api::to_json(t));
  json::object metadata{{"resourceVersion", node.metadata.resource_version}},
      spec{{"taints", std::move(list)}};
  return json::object{{"metadata", std::move(metadata)}, {"spec", std::move(spec)}};
}

}  // namespace

Descriptor descriptor() {
  return {"node-lifecycle-controller", {"nodelifecycle"}, "node-controller", &make};
}

NodeLoop::NodeLoop(const Context& context)
    : Loop(context, "node_lifecycle_controller", 8),
      nodes_(context.informers.informer<Node>()),
      leases_(context.informers.informer<Lease>(in_lease_namespace())),
      pods_(context.informers.informer<Pod>()),
      monitor_(context.strand, "node monitor") {
  workload::index_by_node(pods_.store());
  client::Handler<Node> h;
  h.on_add = [this](const NodePtr& n) { enqueue(n->metadata.name); };
  h.on_update = [this](const NodePtr& old, const NodePtr& n) {
    if (old->spec != n->spec || old->status.conditions != n->status.conditions) enqueue(n->metadata.name);
  };
  h.on_delete = [this](const NodePtr& n) {
    heartbeats_.erase(n->metadata.name);
    evicting_.erase(n->metadata.name);
    pods_marked_.erase(n->metadata.name);
  };
  nodes_.add_handler(std::move(h));
}

void NodeLoop::start() {
  Loop::start();
  monitor_.spawn("monitor", [this] { return run_monitor(); });
}

Awaitable<void> NodeLoop::stop() {
  monitor_.cancel();
  co_await monitor_.join();
  co_await Loop::stop();
}

Awaitable<void> NodeLoop::run_monitor() {
  while (true) {
    co_await monitor();
    const bool slept = co_await base::sleep_for(context_.options.node_monitor_period);
    if (!slept) co_return;
  }
}

Awaitable<void> NodeLoop::monitor() {
  std::vector<std::function<Awaitable<void>()>> tasks;
  for (const auto& node : nodes_.store().list())
    tasks.push_back([this, node] { return judge(node); });
  co_await run_all(std::move(tasks));
  pace_evictions();
}

Awaitable<void> NodeLoop::judge(NodePtr node) {
  const auto& name = node->metadata.name;
  const auto lease = leases_.store().get(std::string(lease_namespace) + "/" + name);
  const auto held = heartbeats_.find(name);
  const auto before = held == heartbeats_.end() ? std::nullopt : std::optional(held->second);
  const auto heartbeat = listen(before, *node, lease.get(), now());
  heartbeats_[name] = heartbeat;

  auto conditions = conditions_of_silence(*node, heartbeat, context_.options.node_monitor_grace_period,
                                          context_.options.node_startup_grace_period, now());
  if (conditions) {
    Node silent = *node;
    silent.status.conditions = std::move(*conditions);
    const auto written = co_await rest().update_status<Node>(std::move(silent));
    if (!written) {
      base::log::warning("cannot mark a silent node", {{"node", name}, {"error", written.error()}});
      co_return;  // The next look tries again.
    }
    node = std::make_shared<const Node>(*written);
  }
  if (readiness(*node) == Readiness::ready) {
    pods_marked_.erase(name);
  } else if (find_condition(*node, "Ready") && pods_marked_.insert(name).second) {
    context_.event(client::reference_to(*node), "Normal", "NodeNotReady",
                   "Node " + name + " status is now: NodeNotReady");
    co_await mark_pods_not_ready(node);
  }
}

Awaitable<void> NodeLoop::mark_pods_not_ready(NodePtr node) {
  const auto& name = node->metadata.name;
  for (const auto& pod : workload::pods_on(pods_.store(), name)) {
    if (!workload::is_ready(*pod)) continue;
    json::object condition{
        {"type", "Ready"}, {"status", "False"}, {"lastTransitionTime", base::format_rfc3339(now())}};
    json::array conditions;
    conditions.push_back(std::move(condition));
    json::object status{{"conditions", std::move(conditions)}}, metadata{{"uid", pod->metadata.uid}};
    json::value patch = json::object{{"metadata", std::move(metadata)}, {"status", std::move(status)}};
    std::string subresource = "status";
    const auto done =
        co_await rest().patch<Pod>(pod->metadata.namespace_, pod->metadata.name, client::PatchType::strategic,
                                   std::move(patch), std::move(subresource));
    if (!done && !done.error().is(base::Errc::not_found)) {
      base::log::warning("cannot mark a pod not ready",
                         {{"pod", client::key_of(*pod)}, {"error", done.error()}});
      pods_marked_.erase(name);  // The next look marks the rest.
      continue;
    }
    context_.event(client::reference_to(*pod), "Warning", "NodeNotReady", "Node is not ready");
  }
}

Awaitable<base::Result<client::ReconcileResult>> NodeLoop::reconcile(std::string key) {
  const auto node = nodes_.store().get(key);
  if (!node || node->metadata.deletion_timestamp) co_return client::ReconcileResult{};
  const bool evict = !all_down_ && (evicting_.contains(key) || is_evicting(*node));
  const auto taints = next_taints(*node, evict, now());
  if (taints == node->spec.taints) co_return client::ReconcileResult{};
  auto patch = taints_patch(*node, taints);
  const auto done =
      co_await rest().patch<Node>(std::string(), key, client::PatchType::merge, std::move(patch));
  if (!done && !done.error().is(base::Errc::not_found)) co_return done.error();
  co_return client::ReconcileResult{};
}

}  // namespace controllers::nodelifecycle
