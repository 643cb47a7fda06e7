#include "scheduler/service/intake.hpp"
#include "scheduler/service/changes.hpp"

namespace scheduler {

namespace {

using Clock = std::chrono::steady_clock;

bool terminal(const api::core::v1::Pod& pod) {
  return pod.status.phase == "Succeeded" || pod.status.phase == "Failed";
}

}  // namespace

Intake::Intake(Cache& cache, SchedulingQueue& queue, Nominations& nominations, std::string scheduler_name,
               std::function<void()> on_change)
    : cache_(cache),
      queue_(queue),
      nominations_(nominations),
      scheduler_name_(std::move(scheduler_name)),
      on_change_(std::move(on_change)) {}

client::Handler<api::core::v1::Node> Intake::node_handler() {
  client::Handler<api::core::v1::Node> h;
  h.on_add = [this](const NodePtr& n) { node_added(n); };
  h.on_update = [this](const NodePtr& old, const NodePtr& n) { node_updated(old, n); };
  h.on_delete = [this](const NodePtr& n) { node_deleted(n); };
  return h;
}

client::Handler<api::core::v1::Pod> Intake::pod_handler() {
  client::Handler<api::core::v1::Pod> h;
  h.on_add = [this](const PodPtr& p) { pod_changed(nullptr, p); };
  h.on_update = [this](const PodPtr& old, const PodPtr& p) { pod_changed(old, p); };
  h.on_delete = [this](const PodPtr& p) { pod_deleted(p); };
  return h;
}

void Intake::move(const ClusterEvent& event) {
  queue_.move(event, Clock::now());
  on_change_();
}

void Intake::node_added(const NodePtr& node) {
  cache_.put_node(node);
  ClusterEvent event{EventResource::node, action::add, "NodeAdd"};
  event.node = node;
  move(event);
}

void Intake::node_updated(const NodePtr& old, const NodePtr& node) {
  const auto changes = node_changes(*old, *node);
  cache_.put_node(node);
  if (changes == 0) return;
  ClusterEvent event{EventResource::node, changes, "NodeUpdate"};
  event.old_node = old;
  event.node = node;
  move(event);
}

void Intake::node_deleted(const NodePtr& node) {
  cache_.remove_node(node->metadata.name);
}

void Intake::pod_changed(const PodPtr& old, const PodPtr& pod) {
  if (old && old->metadata.uid != pod->metadata.uid) pod_deleted(old);
  if (terminal(*pod)) return pod_deleted(pod);
  if (!pod->spec.node_name.empty()) return pod_assigned(old, pod);
  if (pod->spec.scheduler_name != scheduler_name_) return;
  // Old news of a pod that was just bound.
  if (cache_.assumed(pod->metadata.uid) && !queue_.contains(pod->metadata.uid)) return;
  if (pod->metadata.deletion_timestamp) {
    queue_.remove(pod->metadata.uid);
    nominations_.remove(pod->metadata.uid);
    return;
  }
  auto info = PodInfo::make(pod);
  if (!old && !pod->status.nominated_node_name.empty())
    nominations_.put(info, pod->status.nominated_node_name);
  const auto now = Clock::now();
  if (old && queue_.contains(pod->metadata.uid))
    queue_.update(std::move(info), pod_changes(*old, *pod), now);
  else
    queue_.add(std::move(info), now);
  on_change_();
}

void Intake::pod_assigned(const PodPtr& old, const PodPtr& pod) {
  const bool known = cache_.holds(pod->metadata.uid) && !cache_.assumed(pod->metadata.uid);
  cache_.put_pod(PodInfo::make(pod));
  queue_.done(pod->metadata.uid);
  nominations_.remove(pod->metadata.uid);
  const auto changes = known && old ? pod_changes(*old, *pod) : action::add;
  if (changes == 0) return;
  ClusterEvent event{EventResource::assigned_pod, changes, known ? "AssignedPodUpdate" : "AssignedPodAdd"};
  event.old_pod = old;
  event.pod = pod;
  move(event);
}

void Intake::pod_deleted(const PodPtr& pod) {
  const auto& uid = pod->metadata.uid;
  queue_.remove(uid);
  nominations_.remove(uid);
  if (!cache_.holds(uid)) return;
  cache_.remove_pod(uid);
  ClusterEvent event{EventResource::assigned_pod, action::remove, "AssignedPodDelete"};
  event.old_pod = pod;
  move(event);
}

}  // namespace scheduler
