#include "node-agent/pods/pod_worker.hpp"
#include <algorithm>
#include "base/flags.hpp"
#include "base/log.hpp"
#include "node-agent/pods/hooks.hpp"
#include "node-agent/status/container_statuses.hpp"
#include "node-agent/status/pod_status.hpp"

namespace node_agent::pods {

namespace core = api::core::v1;
using status::ContainerView;
using State = ContainerView::State;

namespace {

constexpr std::chrono::seconds resync_interval{60};
constexpr std::chrono::seconds retry_first{1}, retry_max{30};
constexpr std::chrono::seconds hook_timeout{120};

}  // namespace

PodWorker::PodWorker(WorkerContext& context, PodPtr pod)
    : context_(context),
      pod_(std::move(pod)),
      status_(pod_->status),
      wake_(context.strand),
      first_seen_(context.clock.steady_now()),
      seen_running_(!status_.phase.empty() && status_.phase != "Pending") {}

bool PodWorker::active() const noexcept {
  return !finished_ && !failure_ && !status::is_terminal_phase(status_.phase);
}

std::string PodWorker::ip() const {
  if (pod_->spec.host_network.value_or(false)) return context_.host_ip;
  const auto* sandbox = view_.ready_sandbox();
  return sandbox && !sandbox->ips.empty() ? sandbox->ips.front() : "";
}

void PodWorker::update(PodPtr pod) {
  const bool was_ending = ending();
  const auto grace = grace_period();
  pod_ = std::move(pod);
  wake_.set();
  // A deletion that became more urgent reaches what is being stopped already.
  if (!was_ending || grace_period() >= grace) return;
  const auto hurry = std::max(grace_period(), std::chrono::seconds(0));
  for (const auto& id : stopping_)
    context_.tasks.spawn("stop-sooner", [self = shared_from_this(), id, hurry]() -> base::Awaitable<void> {
      auto stopped = co_await self->context_.host.stop_container(id, hurry);
      base::ignore_error(std::move(stopped));
    });
}

void PodWorker::removed() {
  removed_ = true;
  context_.statuses.forget(pod_->metadata.uid);
  wake_.set();
}

void PodWorker::reject(status::WaitingReason reason) {
  context_.events(*pod_, "", "Warning", reason.reason, reason.message);
  failure_ = std::move(reason);
}

base::Awaitable<void> PodWorker::run() {
  const auto self = shared_from_this();
  PodProbes::Callbacks callbacks;
  callbacks.changed = [this] {
    report();
    wake_.set();
  };
  callbacks.failed = [this](probes::Kind kind, const core::Container& c, const probes::Attempt& a) {
    const bool unknown = a.outcome == probes::Outcome::unknown;
    context_.events(*pod_, field_path(c.name), "Warning", "Unhealthy",
                    std::string(probes::name_of(kind)) +
                        (unknown ? " probe errored and resulted in unknown state: " : " probe failed: ") +
                        a.message);
  };
  probes_ =
      std::make_shared<PodProbes>(context_.strand, context_.clock, context_.host, pod_, std::move(callbacks));
  probes_->start(context_.tasks);
  while (!finished_) {
    wake_.reset();
    next_sync_ = context_.clock.now() + resync_interval;
    co_await timed_sync();
    const auto wait = std::max(next_sync_ - context_.clock.now(), std::chrono::nanoseconds(1'000'000));
    if (!finished_) co_await wake_.wait_for(wait);
  }
  probes_->stop();
}

base::Awaitable<void> PodWorker::timed_sync() {
  const char* operation = ending() ? "terminating" : first_round_ ? "create" : "sync";
  first_round_ = false;
  const auto begun = context_.clock.steady_now();
  co_await sync();
  if (context_.observer) context_.observer->synced(operation, context_.clock.steady_now() - begun);
}

base::Awaitable<bool> PodWorker::look() {
  auto seen = co_await context_.host.look(pod_->metadata.uid);
  if (!seen) {
    base::log::warning("cannot see a pod's containers",
                       {{"pod", pod_->metadata.name}, {"error", seen.error()}});
    retry_in(retry_first);
    co_return false;
  }
  view_ = std::move(*seen);
  probes_->observe(view_, ip(), ending());
  co_return true;
}

void PodWorker::retry_in(std::chrono::nanoseconds delay) {
  next_sync_ = std::min(next_sync_, context_.clock.now() + delay);
}

void PodWorker::report() {
  if (removed_) return;
  status::PodStatusInput in;
  in.pod = *pod_;
  // What this worker said last is newer than what came back from the API, but for the conditions of others.
  if (!status_.conditions.empty()) {
    const auto others = std::exchange(in.pod.status.conditions, status_.conditions);
    in.pod.status = status_;
    for (const auto& c : others)
      if (std::none_of(status_.conditions.begin(), status_.conditions.end(),
                       [&](const auto& own) { return own.type == c.type; }))
        in.pod.status.conditions.push_back(c);
  }
  in.view = view_;
  in.waiting = waiting_;
  in.readiness = probes_->readiness(view_);
  in.failure = failure_;
  in.terminal = ending() || failure_.has_value();
  in.finished = ended_;
  in.host_ip = context_.host_ip;
  status_ = status::generate_pod_status(in, context_.clock.now());
  note_start();
  context_.statuses.set(*pod_, status_);
}

void PodWorker::note_start() {
  if (seen_running_ || status_.phase == "Pending") return;
  seen_running_ = true;
  if (!context_.observer || status_.phase != "Running") return;
  const auto now = context_.clock.now();
  const auto& created = pod_->metadata.creation_timestamp;
  context_.observer->pod_started(context_.clock.steady_now() - first_seen_,
                                 created ? now - created->at : std::chrono::nanoseconds(0));
}

void PodWorker::note_deadline() {
  const auto& limit = pod_->spec.active_deadline_seconds;
  if (!limit || !status_.start_time || failure_) return;
  const auto until = status_.start_time->at + std::chrono::seconds(*limit);
  if (context_.clock.now() < until) return retry_in(until - context_.clock.now());
  reject({"DeadlineExceeded", "Pod was active on the node longer than the specified deadline"});
}

base::Awaitable<void> PodWorker::sync() {
  const bool seen = co_await look();
  if (!seen) co_return;
  if (ending()) {
    co_await end();
    co_return;
  }
  report();
  note_deadline();
  if (failure_ || status::is_terminal_phase(status_.phase)) {
    co_await wind_down();
    co_return;
  }
  const auto actions = compute_pod_actions(*pod_, view_, probes_->readiness(view_));
  if (actions == PodActions{}) {
    const bool prepared = co_await prepare();
    if (prepared) retry_delay_ = {};
    co_return;
  }
  co_await act(actions);
  const bool again = co_await look();
  if (again) report();
}

base::Awaitable<void> PodWorker::act(PodActions actions) {
  if (actions.kill_pod) {
    co_await stop_all(grace_period());
    co_await stop_sandboxes();
    if (!actions.create_sandbox) co_return;
  }
  if (!actions.to_kill.empty()) co_await stop_these(actions.to_kill, grace_period());
  if (actions.create_sandbox) {
    const bool made = co_await make_sandbox(actions.sandbox_attempt);
    if (!made) co_return;
  }
  const auto pod = pod_;
  for (const auto i : actions.init_to_start) {
    if (ending()) co_return;
    co_await start(pod->spec.init_containers[i]);
  }
  for (const auto i : actions.to_start) {
    if (ending()) co_return;
    co_await start(pod->spec.containers[i]);
  }
}

/// Tried again soon, then slower.
void PodWorker::failed(const HostFailure& failure) {
  context_.events(*pod_, "", "Warning", failure.reason, failure.message);
  retry_delay_ =
      std::min<std::chrono::nanoseconds>(retry_delay_.count() ? retry_delay_ * 2 : retry_first, retry_max);
  retry_in(retry_delay_);
}

base::Awaitable<bool> PodWorker::prepare() {
  const auto failure = co_await context_.host.prepare(pod_);
  if (!failure.reason.empty()) failed(failure);
  co_return failure.reason.empty();
}

base::Awaitable<bool> PodWorker::make_sandbox(int attempt) {
  const bool prepared = co_await prepare();
  if (!prepared) co_return false;
  const auto failure = co_await context_.host.create_sandbox(pod_, attempt);
  if (!failure.reason.empty()) {
    failed(failure);
    co_return false;
  }
  retry_delay_ = {};
  co_return co_await look();
}

bool PodWorker::backs_off(const core::Container& c, const std::string& path) {
  const auto* latest = view_.latest(c.name);
  if (!latest || latest->state != State::exited) return false;
  const auto wait = backoff_.check(c.name, latest->finished_at, context_.clock.now());
  if (!wait) return false;
  const std::string pod =
      pod_->metadata.name + "_" + pod_->metadata.namespace_ + "(" + pod_->metadata.uid + ")";
  const status::WaitingReason reason{"CrashLoopBackOff", "back-off " + base::format_duration(wait->delay) +
                                                             " restarting failed container=" + c.name +
                                                             " pod=" + pod};
  if (auto& known = waiting_[c.name]; !(known == reason)) {
    known = reason;
    context_.events(*pod_, path, "Warning", "BackOff",
                    "Back-off restarting failed container " + c.name + " in pod " + pod);
  }
  retry_in(wait->until - context_.clock.now());
  return true;
}

int PodWorker::next_restart_count(const core::Container& c, bool init) const {
  if (const auto* latest = view_.latest(c.name)) return latest->restart_count + 1;
  // The runtime has forgotten it; the API may not have.
  for (const auto& s : init ? status_.init_container_statuses : status_.container_statuses)
    if (s.name == c.name) return s.state && s.state->terminated ? s.restart_count + 1 : s.restart_count;
  return 0;
}

base::Awaitable<void> PodWorker::start(core::Container c) {
  const std::string path = field_path(c.name);
  if (backs_off(c, path)) co_return;
  const auto* sandbox = view_.ready_sandbox();
  if (!sandbox) co_return retry_in(retry_first);
  const bool prepared = co_await prepare();
  if (!prepared) co_return;
  const bool init = path.starts_with("spec.initContainers");
  const bool again = view_.latest(c.name) != nullptr;
  const int restarts = next_restart_count(c, init);
  status::SandboxView where = *sandbox;
  auto started = co_await context_.host.start_container(pod_, c, std::move(where), restarts);
  const auto now = context_.clock.now();
  if (!started.id.empty() && (again || !started.failure.reason.empty())) backoff_.restarted(c.name, now);
  if (!started.id.empty()) context_.events(*pod_, path, "Normal", "Created", "Created container: " + c.name);
  if (!started.failure.reason.empty()) {
    const auto& error = started.error.empty() ? started.failure.message : started.error;
    context_.events(*pod_, path, "Warning", "Failed", "Error: " + error);
    waiting_[c.name] = std::move(started.failure);
    co_return retry_in(std::chrono::seconds(5));
  }
  waiting_.erase(c.name);
  context_.events(*pod_, path, "Normal", "Started", "Started container " + c.name);
  if (c.lifecycle && c.lifecycle->post_start) co_await post_start(std::move(c), std::move(started.id));
  forget_old_containers();
}

base::Awaitable<void> PodWorker::post_start(core::Container c, std::string id) {
  core::LifecycleHandler handler = *c.lifecycle->post_start;
  auto done =
      co_await run_hook(context_.strand, context_.host, std::move(handler), c, id, ip(), hook_timeout);
  if (done) co_return;
  context_.events(*pod_, field_path(c.name), "Warning", "FailedPostStartHook", "PostStartHook failed");
  KillContainer k;
  k.container_id = std::move(id);
  k.name = c.name;
  k.message = "FailedPostStartHook";
  waiting_[c.name] = {"PostStartHookError", done.error().message};
  co_await stop_one(std::move(k), grace_period());
}

/// One ended container is kept for each name: the last state shown, and the logs of the previous one.
void PodWorker::forget_old_containers() {
  std::map<std::string, int> seen;
  for (const auto& c : view_.containers) {
    if (c.state != State::exited || seen[c.name]++ == 0) continue;
    context_.tasks.spawn("remove-container",
                         [self = shared_from_this(), id = c.id]() -> base::Awaitable<void> {
                           auto removed = co_await self->context_.host.remove_container(id);
                           base::ignore_error(std::move(removed));
                         });
  }
}

}  // namespace node_agent::pods
