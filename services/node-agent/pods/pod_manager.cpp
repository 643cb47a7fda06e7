#include "node-agent/pods/pod_manager.hpp"
#include "base/log.hpp"
#include "node-agent/pods/admission.hpp"

namespace node_agent::pods {

namespace {

constexpr std::chrono::seconds orphan_grace{2};

}  // namespace

void PodManager::put(const PodPtr& pod) {
  const auto it = workers_.find(pod->metadata.uid);
  if (it != workers_.end()) return it->second->update(pod);
  // One of the same name that the API replaced in between: its removal was not seen.
  if (const auto earlier = find(pod->metadata.namespace_, pod->metadata.name)) earlier->removed();
  start(pod);
}

void PodManager::start(const PodPtr& pod) {
  auto worker = std::make_shared<PodWorker>(context_, pod);
  const bool fresh =
      pod->status.container_statuses.empty() && !pod->metadata.deletion_timestamp && worker->active();
  if (fresh && !allocatable_.empty()) {
    std::vector<PodPtr> active;
    for (const auto& [uid, other] : workers_)
      if (other->active()) active.push_back(other->pod());
    if (auto refusal = admit(*pod, active, allocatable_)) worker->reject(std::move(*refusal));
  }
  const bool begun = context_.tasks.spawn("pod", [this, worker] { return run(worker); });
  if (begun && !worker->finished()) workers_[pod->metadata.uid] = worker;
}

base::Awaitable<void> PodManager::run(std::shared_ptr<PodWorker> worker) {
  co_await worker->run();
  const auto it = workers_.find(worker->pod()->metadata.uid);
  if (it != workers_.end() && it->second == worker) workers_.erase(it);
}

void PodManager::remove(const PodPtr& pod) {
  const auto it = workers_.find(pod->metadata.uid);
  if (it == workers_.end()) return context_.statuses.forget(pod->metadata.uid);
  it->second->update(pod);
  it->second->removed();
}

void PodManager::wake(const std::string& uid) {
  const auto it = workers_.find(uid);
  if (it != workers_.end()) it->second->wake();
}

std::shared_ptr<PodWorker> PodManager::find(const std::string& ns, const std::string& name) const {
  for (const auto& [uid, worker] : workers_)
    if (worker->pod()->metadata.name == name && worker->pod()->metadata.namespace_ == ns) return worker;
  return nullptr;
}

std::vector<std::shared_ptr<PodWorker>> PodManager::list() const {
  std::vector<std::shared_ptr<PodWorker>> out;
  for (const auto& [uid, worker] : workers_)
    out.push_back(worker);
  return out;
}

base::Awaitable<void> PodManager::remove_orphans() {
  auto present = co_await context_.host.pods_present();
  if (!present) {
    base::log::warning("cannot list the pods on this machine", {{"error", present.error()}});
    co_return;
  }
  for (const auto& p : *present) {
    if (workers_.contains(p.uid)) continue;
    base::log::info("ending a pod that the API has no longer",
                    {{"pod", p.ns + "/" + p.name}, {"uid", p.uid}});
    context_.tasks.spawn("orphan", [this, p] { return remove_orphan(p); });
  }
}

base::Awaitable<void> PodManager::remove_orphan(PodIdentity orphan) {
  auto view = co_await context_.host.look(orphan.uid);
  if (view)
    for (const auto& c : view->containers) {
      if (c.state != status::ContainerView::State::running) continue;
      auto stopped = co_await context_.host.stop_container(c.id, orphan_grace);
      base::ignore_error(std::move(stopped));
    }
  if (view)
    for (const auto& s : view->sandboxes) {
      auto stopped = co_await context_.host.stop_sandbox(s.id);
      base::ignore_error(std::move(stopped));
    }
  auto cleaned = co_await context_.host.clean_up(orphan.uid);
  if (!cleaned)
    base::log::warning("cannot clean up after a pod", {{"pod", orphan.name}, {"error", cleaned.error()}});
}

}  // namespace node_agent::pods
