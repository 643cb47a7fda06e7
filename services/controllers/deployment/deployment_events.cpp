#include "controllers/deployment/deployment_loop.hpp"
#include "controllers/workload/index.hpp"
#include "controllers/workload/ownership.hpp"

/// What wakes a Deployment, and which ReplicaSets are its own.
namespace controllers::deployment {

using workload::Claim;
using workload::Pod;
using workload::PodPtr;

void DeploymentLoop::watch_deployments() {
  client::Handler<Deployment> h;
  h.on_add = [this](const DeploymentPtr& d) { enqueue(client::key_of(*d)); };
  h.on_update = [this](const DeploymentPtr&, const DeploymentPtr& d) { enqueue(client::key_of(*d)); };
  h.on_delete = h.on_add;
  deployments_.add_handler(std::move(h));
}

void DeploymentLoop::watch_sets() {
  const auto wake = [this](const SetPtr& rs) {
    if (const auto d = resolve(rs->metadata))
      enqueue(client::key_of(*d));
    else if (!workload::controller_of(rs->metadata) && !rs->metadata.deletion_timestamp)
      enqueue_matching(*rs);
  };
  client::Handler<ReplicaSet> h;
  h.on_add = wake;
  h.on_update = [this, wake](const SetPtr& old, const SetPtr& now) {
    const auto former = resolve(old->metadata);
    if (former) enqueue(client::key_of(*former));
    wake(now);
  };
  h.on_delete = [this](const SetPtr& rs) {
    if (const auto d = resolve(rs->metadata)) enqueue(client::key_of(*d));
  };
  sets_.add_handler(std::move(h));
}

void DeploymentLoop::watch_pods() {
  workload::index_by_controller(pods_.store());
  // Only a Recreate waits for pods: for the last one to go.
  client::Handler<Pod> h;
  h.on_delete = [this](const PodPtr& pod) {
    const auto d = deployment_of(*pod);
    if (d && !is_rolling(*d)) enqueue(client::key_of(*d));
  };
  pods_.add_handler(std::move(h));
}

DeploymentLoop::DeploymentPtr DeploymentLoop::resolve(const api::meta::v1::ObjectMeta& meta) const {
  const auto* c = workload::controller_of(meta);
  if (!c || c->kind != "Deployment") return nullptr;
  auto d = deployments_.store().get(meta.namespace_ + "/" + c->name);
  return d && d->metadata.uid == c->uid ? d : nullptr;
}

DeploymentLoop::DeploymentPtr DeploymentLoop::deployment_of(const Pod& pod) const {
  const auto* c = workload::controller_of(pod.metadata);
  if (!c || c->kind != "ReplicaSet") return nullptr;
  const auto rs = sets_.store().get(pod.metadata.namespace_ + "/" + c->name);
  return rs && rs->metadata.uid == c->uid ? resolve(rs->metadata) : nullptr;
}

void DeploymentLoop::enqueue_matching(const ReplicaSet& orphan) {
  if (orphan.metadata.labels.empty()) return;
  for (const auto& d : deployments_.store().list_namespace(orphan.metadata.namespace_)) {
    const auto selector = workload::to_selector(d->spec.selector);
    if (selector && !selector->empty() && selector->matches(orphan.metadata.labels))
      enqueue(client::key_of(*d));
  }
}

base::Awaitable<base::Result<std::vector<DeploymentLoop::SetPtr>>> DeploymentLoop::claim(
    DeploymentPtr d, api::LabelSelector selector) {
  std::vector<SetPtr> claimed;
  std::optional<base::Error> failed;
  for (const auto& rs : sets_.store().list_namespace(d->metadata.namespace_)) {
    const auto decision = workload::decide_claim(d->metadata, selector, rs->metadata);
    if (decision == Claim::keep) claimed.push_back(rs);
    if (decision == Claim::adopt) {
      const auto adopted = co_await adopt(d, rs);
      if (adopted && *adopted) claimed.push_back(rs);
      if (!adopted) failed = adopted.error();
    }
    if (decision == Claim::release) {
      auto patch = workload::release_patch(d->metadata, rs->metadata);
      const auto done = co_await rest().patch<ReplicaSet>(rs->metadata.namespace_, rs->metadata.name,
                                                          client::PatchType::strategic, std::move(patch));
      if (!done && !done.error().is(base::Errc::not_found) && !done.error().is(base::Errc::invalid_argument))
        failed = done.error();
    }
  }
  if (failed) co_return *failed;
  co_return claimed;
}

base::Awaitable<base::Result<bool>> DeploymentLoop::adopt(DeploymentPtr d, SetPtr rs) {
  const auto live = co_await rest().get<Deployment>(d->metadata.namespace_, d->metadata.name);
  if (!live) co_return live.error();
  if (live->metadata.uid != d->metadata.uid || live->metadata.deletion_timestamp)
    co_return base::Error(base::Errc::conflict, "Deployment " + d->metadata.name + " is going away");
  auto patch = workload::adopt_patch(workload::controller_reference("apps/v1", "Deployment", d->metadata),
                                     rs->metadata);
  const auto done = co_await rest().patch<ReplicaSet>(rs->metadata.namespace_, rs->metadata.name,
                                                      client::PatchType::strategic, std::move(patch));
  if (done) co_return true;
  if (done.error().is(base::Errc::not_found)) co_return false;
  co_return done.error();
}

}  // namespace controllers::deployment
