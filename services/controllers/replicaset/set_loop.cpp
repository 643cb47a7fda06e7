#include "controllers/replicaset/set_loop.hpp"
#include <algorithm>
#include <utility>
#include "client/event_recorder.hpp"
#include "controllers/frame/failures.hpp"
#include "controllers/workload/index.hpp"
#include "controllers/workload/ownership.hpp"

namespace controllers::replicaset {

using workload::Claim;
using workload::Pod;

SetLoop::SetLoop(const Context& context, std::string queue_name, int workers, std::unique_ptr<Source> source)
    : Loop(context, std::move(queue_name), workers),
      source_(std::move(source)),
      pods_(context.informers.informer<Pod>()) {
  watch_sets();
  watch_pods();
}

base::Awaitable<base::Result<client::ReconcileResult>> SetLoop::reconcile(std::string key) {
  const auto rs = source_->get(key);
  if (!rs) {
    expectations_.forget(key);
    co_return client::ReconcileResult{};
  }
  const bool in_sync = expectations_.satisfied(key, now());
  const auto selector = workload::to_selector(rs->spec.selector);
  if (!selector)
    co_return client::ReconcileResult{};  // The API server admits no such set; nothing to try again.

  const auto claimed = co_await claim(rs, *selector);
  if (!claimed) co_return claimed.error();
  std::vector<PodPtr> active, terminating;
  for (const auto& pod : *claimed) {
    if (workload::is_active(*pod)) active.push_back(pod);
    if (workload::is_terminating(*pod)) terminating.push_back(pod);
  }

  Failed failed;
  std::optional<Failure> failure;
  if (in_sync && !rs->metadata.deletion_timestamp) {
    auto plan = plan_replicas(rs->spec.replicas.value_or(1), active, related_pods(*rs), now());
    const char* reason = plan.create > 0 ? "FailedCreate" : "FailedDelete";
    failed = co_await manage(rs, std::move(plan));
    if (failed) failure = Failure{reason, failed->message};
  }
  auto status = source_->shown(next_status(*rs, active, terminating, failure, now()));
  const auto written = co_await write_status(rs, std::move(status));
  if (!written) co_return written.error();
  if (failed) co_return *failed;
  client::ReconcileResult result;
  result.requeue_after = recheck_after(*rs, active, now());
  co_return result;
}

base::Awaitable<base::Result<std::vector<PodPtr>>> SetLoop::claim(SetPtr rs, api::LabelSelector selector) {
  auto candidates = workload::pods_controlled_by(pods_.store(), rs->metadata.uid);
  for (auto& orphan : workload::orphans_in(pods_.store(), rs->metadata.namespace_))
    if (workload::is_active(*orphan)) candidates.push_back(std::move(orphan));
  std::vector<PodPtr> claimed;
  Failed first_failure;
  for (const auto& pod : candidates) {
    const auto decision = workload::decide_claim(rs->metadata, selector, pod->metadata);
    if (decision == Claim::keep) claimed.push_back(pod);
    if (decision == Claim::adopt) {
      const auto adopted = co_await adopt(rs, pod);
      if (adopted && *adopted) claimed.push_back(pod);
      if (!adopted && !first_failure) first_failure = adopted.error();
    }
    if (decision == Claim::release && workload::is_active(*pod)) {
      const auto released = co_await release(rs, pod);
      if (!released && !first_failure) first_failure = released.error();
    }
  }
  if (first_failure) co_return *first_failure;
  co_return claimed;
}

base::Awaitable<base::Result<bool>> SetLoop::adopt(SetPtr rs, PodPtr pod) {
  // The cache may not know yet that the set is gone: an adoption by a dead owner would get the pod deleted.
  const auto live = co_await source_->get_live(rs->metadata.namespace_, rs->metadata.name);
  if (!live) co_return live.error();
  if (live->metadata.uid != rs->metadata.uid || live->metadata.deletion_timestamp)
    co_return base::Error(base::Errc::conflict, source_->kind() + " " + rs->metadata.name + " is going away");
  auto patch = workload::adopt_patch(
      workload::controller_reference(source_->api_version(), source_->kind(), rs->metadata), pod->metadata);
  const auto done = co_await rest().patch<Pod>(pod->metadata.namespace_, pod->metadata.name,
                                               client::PatchType::strategic, std::move(patch));
  if (done) co_return true;
  if (done.error().is(base::Errc::not_found)) co_return false;
  co_return done.error();
}

base::Awaitable<base::Result<void>> SetLoop::release(SetPtr rs, PodPtr pod) {
  auto patch = workload::release_patch(rs->metadata, pod->metadata);
  const auto done = co_await rest().patch<Pod>(pod->metadata.namespace_, pod->metadata.name,
                                               client::PatchType::strategic, std::move(patch));
  // Gone, or another object of that name by now: released either way.
  if (done || done.error().is(base::Errc::not_found) || done.error().is(base::Errc::invalid_argument))
    co_return base::Result<void>();
  co_return done.error();
}

std::vector<PodPtr> SetLoop::related_pods(const ReplicaSet& rs) const {
  std::vector<PodPtr> related;
  const auto* owner = workload::controller_of(rs.metadata);
  for (const auto& other : source_->list_namespace(rs.metadata.namespace_)) {
    const auto* others_owner = workload::controller_of(other->metadata);
    const bool sibling = owner && others_owner && owner->uid == others_owner->uid;
    if (!sibling && other->metadata.uid != rs.metadata.uid) continue;
    for (auto& pod : workload::pods_controlled_by(pods_.store(), other->metadata.uid))
      related.push_back(std::move(pod));
  }
  return related;
}

base::Awaitable<base::Result<void>> SetLoop::write_status(SetPtr rs, ReplicaSetStatus status) {
  ReplicaSet next = *rs;
  for (int attempt = 0;; ++attempt) {
    if (next.status == status) co_return base::Result<void>();
    next.status = status;
    const auto written = co_await source_->update_status(next);
    if (written) co_return base::Result<void>();
    if (attempt == 1) co_return written.error();
    auto live = co_await source_->get_live(rs->metadata.namespace_, rs->metadata.name);
    if (!live) co_return live.error().is(base::Errc::not_found) ? base::Result<void>() : live.error();
    if (live->metadata.uid != rs->metadata.uid) co_return base::Result<void>();
    next = std::move(*live);
  }
}

void SetLoop::record(const ReplicaSet& rs, const char* type, const char* reason, std::string message) {
  auto about = client::reference_to(rs);
  about.kind = source_->kind();
  about.api_version = source_->api_version();
  context_.event(about, type, reason, std::move(message));
}

}  // namespace controllers::replicaset
