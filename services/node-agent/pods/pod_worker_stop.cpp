#include <algorithm>
#include "base/log.hpp"
#include "node-agent/pods/hooks.hpp"
#include "node-agent/pods/pod_worker.hpp"
#include "node-agent/status/container_statuses.hpp"

/// How a pod's worker ends containers and pods.
namespace node_agent::pods {

namespace core = api::core::v1;
using std::chrono::seconds;
using State = status::ContainerView::State;

namespace {

constexpr seconds grace_default{30}, grace_min{2}, clean_up_retry{2};

}  // namespace

const core::Container* PodWorker::container_spec(const std::string& name) const {
  for (const auto* list : {&pod_->spec.containers, &pod_->spec.init_containers})
    for (const auto& c : *list)
      if (c.name == name) return &c;
  return nullptr;
}

std::string PodWorker::field_path(const std::string& container) const {
  for (const auto& c : pod_->spec.init_containers)
    if (c.name == container) return "spec.initContainers{" + container + "}";
  return "spec.containers{" + container + "}";
}

seconds PodWorker::grace_period() const {
  const auto& deletion = pod_->metadata.deletion_grace_period_seconds;
  if (deletion) return seconds(*deletion);
  const auto& own = pod_->spec.termination_grace_period_seconds;
  return own ? seconds(*own) : grace_default;
}

seconds PodWorker::grace_of(const KillContainer& what) const {
  const auto* spec = container_spec(what.name);
  if (!spec || ending()) return grace_period();
  const auto& probe = what.failed_startup ? spec->startup_probe : spec->liveness_probe;
  const bool own = probe && probe->termination_grace_period_seconds;
  return own ? seconds(*probe->termination_grace_period_seconds) : grace_period();
}

base::Awaitable<void> PodWorker::end() {
  report();
  co_await stop_all(grace_period());
  co_await stop_sandboxes();
  const bool seen = co_await look();
  if (!seen) co_return;
  if (view_.any_running()) co_return retry_in(clean_up_retry);
  ended_ = true;
  report();
  auto cleaned = co_await context_.host.clean_up(pod_->metadata.uid);
  if (!cleaned) {
    base::log::warning("cannot clean up after a pod",
                       {{"pod", pod_->metadata.name}, {"error", cleaned.error()}});
    co_return retry_in(clean_up_retry);
  }
  if (!removed_) context_.statuses.remove_when_written(*pod_);
  finished_ = true;
}

/// The pod is over but not deleted: what is left of it stops, its status and logs stay.
base::Awaitable<void> PodWorker::wind_down() {
  if (ended_) co_return;
  co_await stop_all(grace_period());
  co_await stop_sandboxes();
  const bool seen = co_await look();
  if (!seen) co_return;
  ended_ = !view_.any_running();
  if (!ended_) retry_in(clean_up_retry);
  report();
}

base::Awaitable<void> PodWorker::stop_sandboxes() {
  std::vector<std::string> ids;
  for (const auto& s : view_.sandboxes)
    if (s.ready) ids.push_back(s.id);
  for (auto& id : ids) {
    auto stopped = co_await context_.host.stop_sandbox(id);
    if (!stopped)
      base::log::warning("cannot stop a sandbox", {{"pod", pod_->metadata.name}, {"error", stopped.error()}});
  }
}

/// Containers first, all at once; then the sidecars, last one first (KEP-753), in what is left of the time.
base::Awaitable<void> PodWorker::stop_all(seconds grace) {
  const auto until = context_.clock.steady_now() + grace;
  std::vector<KillContainer> main, sidecars;
  for (const auto& c : view_.containers) {
    if (c.state != State::running && c.state != State::unknown) continue;
    KillContainer k;
    k.container_id = c.id;
    k.name = c.name;
    const auto* spec = container_spec(c.name);
    (spec && status::is_sidecar(*spec) ? sidecars : main).push_back(std::move(k));
  }
  co_await stop_these(std::move(main), grace);
  const auto position = [this](const KillContainer& k) { return container_spec(k.name); };
  std::sort(sidecars.begin(), sidecars.end(),
            [&](const auto& a, const auto& b) { return position(a) > position(b); });
  for (auto& k : sidecars) {
    const auto left = std::chrono::ceil<seconds>(until - context_.clock.steady_now());
    co_await stop_one(std::move(k), std::max(left, grace_min));
  }
}

base::Awaitable<void> PodWorker::stop_these(std::vector<KillContainer> which, seconds grace) {
  if (which.size() == 1) {
    co_await stop_one(std::move(which.front()), grace);
    co_return;
  }
  auto left = std::make_shared<std::size_t>(which.size());
  auto done = std::make_shared<base::Event>(context_.strand);
  for (auto& k : which) {
    const bool begun = context_.tasks.spawn(
        "stop-container", [self = shared_from_this(), k, grace, left, done]() -> base::Awaitable<void> {
          co_await self->stop_one(k, grace);
          if (--*left == 0) done->set();
        });
    if (!begun && --*left == 0) done->set();
  }
  if (*left > 0) co_await done->wait();
}

base::Awaitable<void> PodWorker::stop_one(KillContainer what, seconds grace) {
  if (!stopping_.insert(what.container_id).second) co_return;
  if (what.failed_startup || what.failed_liveness) grace = grace_of(what);
  const std::string path = field_path(what.name);
  context_.events(*pod_, path, "Normal", "Killing",
                  what.message.empty() ? "Stopping container " + what.name : what.message);
  const auto until = context_.clock.steady_now() + grace;
  const auto* spec = container_spec(what.name);
  if (spec && spec->lifecycle && spec->lifecycle->pre_stop && grace.count() > 0) {
    core::LifecycleHandler handler = *spec->lifecycle->pre_stop;
    core::Container container = *spec;
    auto done = co_await run_hook(context_.strand, context_.host, std::move(handler), std::move(container),
                                  what.container_id, ip(), grace);
    if (!done) context_.events(*pod_, path, "Warning", "FailedPreStopHook", "PreStopHook failed");
  }
  const auto left = std::chrono::ceil<seconds>(until - context_.clock.steady_now());
  // A deletion may have become more urgent while the hook ran.
  const auto allowed = ending() ? std::min(left, grace_period()) : left;
  auto stopped = co_await context_.host.stop_container(what.container_id, std::max(allowed, grace_min));
  if (!stopped) {
    base::log::warning("cannot stop a container",
                       {{"container", what.container_id}, {"error", stopped.error()}});
    retry_in(clean_up_retry);
  }
  stopping_.erase(what.container_id);
}

}  // namespace node_agent::pods
