#include "controllers/deployment/deployment_loop.hpp"
#include "client/event_recorder.hpp"
#include "controllers/deployment/revision.hpp"
#include "controllers/deployment/status.hpp"
#include "controllers/workload/index.hpp"
#include "controllers/workload/ownership.hpp"

namespace controllers::deployment {
namespace {

std::unique_ptr<Controller> make(const Context& c) {
  return std::make_unique<DeploymentLoop>(c);
}

}  // namespace

Descriptor descriptor() {
  return {"deployment-controller", {"deployment"}, "deployment-controller", &make};
}

DeploymentLoop::DeploymentLoop(const Context& context)
    : Loop(context, "deployment", context.options.concurrent_deployment_syncs),
      deployments_(context.informers.informer<Deployment>()),
      sets_(context.informers.informer<ReplicaSet>()),
      pods_(context.informers.informer<workload::Pod>()) {
  watch_deployments();
  watch_sets();
  watch_pods();
}

base::Awaitable<DeploymentLoop::Done> DeploymentLoop::reconcile(std::string key) {
  const auto found = deployments_.store().get(key);
  if (!found) co_return client::ReconcileResult{};
  const auto d = std::make_shared<Deployment>(*found);
  const auto selector = workload::to_selector(d->spec.selector);
  if (!selector) co_return client::ReconcileResult{};
  if (selector->empty()) {
    context_.event(client::reference_to(*d), "Warning", "SelectingAll",
                   "This deployment is selecting all pods. A non-empty selector is required.");
    if (d->status.observed_generation.value_or(0) < d->metadata.generation.value_or(0)) {
      d->status.observed_generation = d->metadata.generation;
      const auto written = co_await write_status(d);
      if (!written) co_return written.error();
    }
    co_return client::ReconcileResult{};
  }
  auto claimed = co_await claim(found, *selector);
  if (!claimed) co_return claimed.error();
  auto sets = split(*d, std::move(*claimed));
  if (d->metadata.deletion_timestamp) co_return co_await only_report(d, std::move(sets));
  const auto pause_set = co_await set_pause_condition(d);
  if (!pause_set) co_return pause_set.error();
  if (d->spec.paused.value_or(false) || needs_resize(*d, sets)) co_return co_await resize(d, std::move(sets));
  if (is_rolling(*d)) co_return co_await roll(d, std::move(sets));
  co_return co_await recreate(d, std::move(sets));
}

base::Awaitable<DeploymentLoop::Done> DeploymentLoop::only_report(std::shared_ptr<Deployment> d,
                                                                  ReplicaSets sets) {
  auto status = counted_status(*d, sets, now());
  if (status == d->status) co_return client::ReconcileResult{};
  d->status = std::move(status);
  const auto written = co_await write_status(d);
  if (!written) co_return written.error();
  co_return client::ReconcileResult{};
}

base::Awaitable<DeploymentLoop::Done> DeploymentLoop::resize(std::shared_ptr<Deployment> d,
                                                             ReplicaSets sets) {
  auto synced = co_await sync_current(d, std::move(sets), false);
  if (!synced) co_return synced.error();
  auto steps = plan_resize(*d, *synced);
  const auto scaled = co_await scale(d, std::move(steps));
  if (!scaled) co_return scaled.error();
  if (d->spec.paused.value_or(false)) {
    const auto cleaned = co_await clean_up(d, *synced);
    if (!cleaned) co_return cleaned.error();
  }
  co_return co_await only_report(d, std::move(*synced));
}

base::Awaitable<DeploymentLoop::Done> DeploymentLoop::roll(std::shared_ptr<Deployment> d, ReplicaSets sets) {
  auto synced = co_await sync_current(d, std::move(sets), true);
  if (!synced) co_return synced.error();
  auto steps = plan_rolling(*d, *synced);
  const bool moves = !steps.empty();
  const auto scaled = co_await scale(d, std::move(steps));
  if (!scaled) co_return scaled.error();
  if (!moves && is_complete(*d, d->status)) {
    const auto cleaned = co_await clean_up(d, *synced);
    if (!cleaned) co_return cleaned.error();
  }
  co_return co_await report_rollout(d, std::move(*synced));
}

base::Awaitable<DeploymentLoop::Done> DeploymentLoop::recreate(std::shared_ptr<Deployment> d,
                                                               ReplicaSets sets) {
  auto synced = co_await sync_current(d, std::move(sets), false);
  if (!synced) co_return synced.error();
  std::vector<ScaleStep> down;
  for (const auto& rs : synced->old)
    if (wanted(*rs) > 0) down.push_back({rs, 0});
  const bool moves = !down.empty();
  const auto scaled_down = co_await scale(d, std::move(down));
  if (!scaled_down) co_return scaled_down.error();
  if (moves || old_pods_running(*synced)) co_return co_await report_rollout(d, std::move(*synced));
  if (!synced->current) {
    synced = co_await sync_current(d, std::move(*synced), true);
    if (!synced) co_return synced.error();
  }
  std::vector<ScaleStep> up;
  if (wanted(*synced->current) != wanted(*d)) up.push_back({synced->current, wanted(*d)});
  const auto scaled_up = co_await scale(d, std::move(up));
  if (!scaled_up) co_return scaled_up.error();
  if (is_complete(*d, d->status)) {
    const auto cleaned = co_await clean_up(d, *synced);
    if (!cleaned) co_return cleaned.error();
  }
  co_return co_await report_rollout(d, std::move(*synced));
}

base::Awaitable<DeploymentLoop::Done> DeploymentLoop::report_rollout(std::shared_ptr<Deployment> d,
                                                                     ReplicaSets sets) {
  auto status = rollout_status(*d, sets, now());
  client::ReconcileResult result;
  if (status == d->status) {
    result.requeue_after = recheck_after(*d, status, now());
    co_return result;
  }
  d->status = std::move(status);
  const auto written = co_await write_status(d);
  if (!written) co_return written.error();
  co_return result;
}

bool DeploymentLoop::old_pods_running(const ReplicaSets& sets) const {
  if (totals(sets.old).actual > 0) return true;
  for (const auto& rs : sets.old)
    for (const auto& pod : workload::pods_controlled_by(pods_.store(), rs->metadata.uid))
      if (!workload::is_finished(*pod)) return true;
  return false;
}

}  // namespace controllers::deployment
