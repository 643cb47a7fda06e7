#include "controllers/replicaset/set_loop.hpp"
#include "controllers/workload/index.hpp"
#include "controllers/workload/ownership.hpp"

/// What wakes a set: its own changes and those of its pods.
namespace controllers::replicaset {
namespace {

bool same_controller(const workload::Pod& a, const workload::Pod& b) {
  const auto *ca = workload::controller_of(a.metadata), *cb = workload::controller_of(b.metadata);
  return ca && cb ? *ca == *cb : !ca && !cb;
}

}  // namespace

void SetLoop::watch_sets() {
  source_->on_change(
      [this](const SetPtr& old, const SetPtr& now) {
        // Deleted and made again between two events: the old one's expectations mean nothing to the new one.
        if (old && old->metadata.uid != now->metadata.uid) expectations_.forget(client::key_of(*old));
        enqueue(client::key_of(*now));
      },
      [this](const SetPtr& gone) {
        expectations_.forget(client::key_of(*gone));
        enqueue(client::key_of(*gone));
      });
}

void SetLoop::watch_pods() {
  workload::index_by_controller(pods_.store());
  client::Handler<workload::Pod> h;
  h.on_add = [this](const PodPtr& pod) { pod_added(pod); };
  h.on_update = [this](const PodPtr& old, const PodPtr& now) { pod_updated(old, now); };
  h.on_delete = [this](const PodPtr& pod) { pod_deleted(pod); };
  pods_.add_handler(std::move(h));
}

SetPtr SetLoop::resolve(const workload::Pod& pod) const {
  const auto* c = workload::controller_of(pod.metadata);
  if (!c || c->kind != source_->kind()) return nullptr;
  auto rs = source_->get(pod.metadata.namespace_ + "/" + c->name);
  return rs && rs->metadata.uid == c->uid ? rs : nullptr;
}

void SetLoop::enqueue_matching(const workload::Pod& orphan) {
  if (orphan.metadata.labels.empty()) return;
  for (const auto& rs : source_->list_namespace(orphan.metadata.namespace_)) {
    const auto selector = workload::to_selector(rs->spec.selector);
    if (selector && !selector->empty() && selector->matches(orphan.metadata.labels))
      enqueue(client::key_of(*rs));
  }
}

void SetLoop::pod_added(const PodPtr& pod) {
  if (pod->metadata.deletion_timestamp) return pod_deleted(pod);
  if (!workload::controller_of(pod->metadata)) return enqueue_matching(*pod);
  const auto rs = resolve(*pod);
  if (!rs) return;
  expectations_.creation_observed(client::key_of(*rs));
  enqueue(client::key_of(*rs));
}

void SetLoop::pod_updated(const PodPtr& old, const PodPtr& now) {
  // A pod that is being deleted is as good as gone: its place may be filled at once.
  if (now->metadata.deletion_timestamp) {
    pod_deleted(now);
    if (old->metadata.labels != now->metadata.labels) pod_deleted(old);
    return;
  }
  const bool moved = !same_controller(*old, *now);
  if (moved)
    if (const auto former = resolve(*old)) enqueue(client::key_of(*former));
  if (workload::controller_of(now->metadata)) {
    if (const auto rs = resolve(*now)) enqueue(client::key_of(*rs));
    return;
  }
  if (moved || old->metadata.labels != now->metadata.labels) enqueue_matching(*now);
}

void SetLoop::pod_deleted(const PodPtr& pod) {
  const auto rs = resolve(*pod);
  if (!rs) return;
  expectations_.deletion_observed(client::key_of(*rs), client::key_of(*pod));
  enqueue(client::key_of(*rs));
}

}  // namespace controllers::replicaset
