#include "controllers/podgc/pod_gc.hpp"
#include <algorithm>
#include "base/log.hpp"
#include "controllers/workload/disruption.hpp"

namespace controllers::podgc {
namespace {

using base::Awaitable;
using base::Result;

constexpr std::chrono::seconds check_period{20};
constexpr std::size_t at_once = 20;

std::unique_ptr<Controller> make(const Context& c) {
  return std::make_unique<PodGc>(c, check_period);
}

}  // namespace

Descriptor descriptor() {
  return {"pod-garbage-collector-controller", {"podgc"}, "pod-garbage-collector", &make};
}

PodGc::PodGc(const Context& context, std::chrono::nanoseconds period)
    : Loop(context, "pod_gc", 1),
      period_(period),
      pods_(context.informers.informer<Pod>()),
      nodes_(context.informers.informer<Node>()) {}

void PodGc::start() {
  Loop::start();
  enqueue("all pods");
}

const Node* PodGc::find_node(const std::string& name) const {
  return nodes_.store().get(name).get();  // The store holds it as long as nothing is awaited.
}

Awaitable<Result<client::ReconcileResult>> PodGc::reconcile(std::string) {
  const auto pods = pods_.store().list();
  const auto node_of = [this](const std::string& name) { return find_node(name); };
  const auto surplus = surplus_finished(pods, context_.options.terminated_pod_gc_threshold);
  const auto stuck = out_of_service_terminating(pods, node_of);
  const auto unscheduled = unscheduled_terminating(pods);
  const auto missing = quarantine_.observe(pods, node_of, now());
  co_await remove_all(surplus, nullptr, nullptr);
  co_await remove_all(stuck, nullptr, nullptr);
  const auto gone = co_await gone_for_good(missing);
  Pods orphans;
  std::copy_if(pods.begin(), pods.end(), std::back_inserter(orphans),
               [&](const PodPtr& p) { return gone.contains(p->spec.node_name); });
  co_await remove_all(std::move(orphans), "DeletionByPodGC", "PodGC: node no longer exists");
  co_await remove_all(unscheduled, nullptr, nullptr);
  client::ReconcileResult again;
  again.requeue_after = period_;
  co_return again;
}

Awaitable<std::set<std::string>> PodGc::gone_for_good(std::set<std::string> missing) {
  std::set<std::string> gone;
  for (const auto& name : missing) {
    const auto node = co_await rest().get<Node>(std::string(), name);
    if (!node && node.error().is(base::Errc::not_found))
      gone.insert(name);
    else if (!node)
      base::log::warning("cannot tell whether a node is gone", {{"node", name}, {"error", node.error()}});
  }
  co_return gone;
}

Awaitable<void> PodGc::remove_all(Pods pods, const char* condition_reason, const char* condition_message) {
  for (std::size_t from = 0; from < pods.size(); from += at_once) {
    std::vector<std::function<Awaitable<void>()>> tasks;
    for (std::size_t i = from; i < std::min(from + at_once, pods.size()); ++i) {
      auto patch =
          condition_reason && !workload::is_finished(*pods[i])
              ? workload::disruption_patch(*pods[i], condition_reason, condition_message, true, now())
              : workload::failed_patch(*pods[i]);
      tasks.push_back([this, pod = pods[i], patch = std::move(patch)] { return remove(pod, patch); });
    }
    co_await run_all(std::move(tasks));
  }
}

Awaitable<void> PodGc::remove(PodPtr pod, std::optional<boost::json::value> patch) {
  Result<void> done;
  if (patch) {
    std::string subresource = "status";
    const auto marked =
        co_await rest().patch<Pod>(pod->metadata.namespace_, pod->metadata.name, client::PatchType::strategic,
                                   std::move(*patch), std::move(subresource));
    if (!marked) done = marked.error();
  }
  if (done) {
    client::DeleteOptions at_once_and_only_this;
    at_once_and_only_this.grace_period_seconds = 0;
    at_once_and_only_this.precondition_uid = pod->metadata.uid;
    done = co_await rest().remove<Pod>(pod->metadata.namespace_, pod->metadata.name,
                                       std::move(at_once_and_only_this));
  }
  if (!done && !done.error().is(base::Errc::not_found))
    base::log::warning("cannot delete a pod", {{"pod", client::key_of(*pod)}, {"error", done.error()}});
}

}  // namespace controllers::podgc
