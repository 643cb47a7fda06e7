#include "node-agent/pods/pod_probes.hpp"
#include <algorithm>
#include "node-agent/pods/actions.hpp"
#include "node-agent/status/container_statuses.hpp"

namespace node_agent::pods {

namespace core = api::core::v1;
using probes::Attempt;
using probes::Kind;
using probes::Outcome;
using probes::ProbeWorker;
using State = status::ContainerView::State;

PodProbes::PodProbes(base::Executor strand, const base::Clock& clock, PodHost& host, PodPtr pod,
                     Callbacks callbacks)
    : strand_(std::move(strand)),
      clock_(clock),
      host_(host),
      pod_(std::move(pod)),
      callbacks_(std::move(callbacks)) {
  for (const auto& c : pod_->spec.init_containers)
    if (status::is_sidecar(c)) add(c, true);
  for (const auto& c : pod_->spec.containers)
    add(c, false);
}

void PodProbes::add(const core::Container& c, bool init) {
  const std::pair<Kind, const std::optional<core::Probe>*> all[] = {{Kind::startup, &c.startup_probe},
                                                                    {Kind::liveness, &c.liveness_probe},
                                                                    {Kind::readiness, &c.readiness_probe}};
  for (const auto& [kind, probe] : all) {
    if (!*probe) continue;
    auto slot = std::make_shared<Slot>(strand_, kind, c, **probe);
    resume(*slot, init ? pod_->status.init_container_statuses : pod_->status.container_statuses);
    slots_.push_back(std::move(slot));
  }
}

void PodProbes::resume(Slot& slot, const std::vector<core::ContainerStatus>& statuses) {
  for (const auto& s : statuses) {
    if (s.name != slot.container.name || s.container_id.empty() || !s.state || !s.state->running) continue;
    const bool good = slot.worker.kind() == Kind::readiness ? s.ready : s.started.value_or(false);
    if (good) slot.worker.resume(s.container_id, Outcome::success);
  }
}

void PodProbes::start(base::TaskGroup& tasks) {
  for (const auto& slot : slots_)
    tasks.spawn("probe", [self = shared_from_this(), slot] { return self->loop(slot); });
}

void PodProbes::stop() {
  stopped_ = true;
  for (const auto& slot : slots_)
    slot->kick.set();
}

const PodProbes::Slot* PodProbes::find(const std::string& container, Kind kind) const {
  for (const auto& slot : slots_)
    if (slot->worker.kind() == kind && slot->container.name == container) return slot.get();
  return nullptr;
}

bool PodProbes::started(const std::string& container, const std::string& id) const {
  const auto* slot = find(container, Kind::startup);
  return !slot || (slot->worker.container_id() == id && slot->worker.result() == Outcome::success);
}

void PodProbes::observe(const status::PodView& view, const std::string& ip, bool terminating) {
  ip_ = ip;
  for (const auto& slot : slots_) {
    const auto before = slot->subject;
    auto& s = slot->subject;
    const auto* latest = view.latest(slot->container.name);
    s = {};
    s.pod_terminating = terminating;
    if (latest) {
      s.container_id = latest->id;
      s.running = latest->state == State::running;
      s.started_at = latest->started_at;
      s.started = started(slot->container.name, latest->id);
      s.will_restart = !terminating && (s.running || should_restart(*pod_, slot->container, latest));
    }
    const bool same = before.container_id == s.container_id && before.running == s.running &&
                      before.started == s.started && before.pod_terminating == s.pod_terminating;
    if (!same) slot->kick.set();
  }
}

std::map<std::string, status::Readiness> PodProbes::readiness(const status::PodView& view) const {
  using Health = status::Readiness::Health;
  std::map<std::string, status::Readiness> out;
  for (const auto& c : view.containers) {
    if (c.state != State::running || out.contains(c.name)) continue;
    status::Readiness r;
    r.started = started(c.name, c.id);
    const auto* ready = find(c.name, Kind::readiness);
    r.ready =
        r.started &&
        (!ready || (ready->worker.container_id() == c.id && ready->worker.result() == Outcome::success));
    for (const auto& [kind, health] : {std::pair{Kind::startup, Health::failed_startup},
                                       std::pair{Kind::liveness, Health::failed_liveness}}) {
      const auto* slot = find(c.name, kind);
      if (slot && slot->worker.container_id() == c.id && slot->worker.result() == Outcome::failure)
        r.health = health;
    }
    out.emplace(c.name, r);
  }
  return out;
}

base::Awaitable<void> PodProbes::loop(std::shared_ptr<Slot> slot) {
  const auto& timing = slot->worker.timing();
  while (!stopped_) {
    slot->kick.reset();
    const auto before = slot->worker.result();
    const auto step = slot->worker.step(slot->subject, clock_.now());
    if (slot->worker.result() != before) callbacks_.changed();
    if (step == ProbeWorker::Step::stop) co_return;
    if (step == ProbeWorker::Step::probe) co_await attempt(slot);
    std::chrono::nanoseconds wait = timing.period;
    const auto delayed = slot->subject.started_at + timing.initial_delay - clock_.now();
    if (step == ProbeWorker::Step::wait && slot->subject.running && delayed.count() > 0)
      wait = std::min(wait, delayed);
    co_await slot->kick.wait_for(wait);
  }
}

base::Awaitable<void> PodProbes::attempt(std::shared_ptr<Slot> slot) {
  const auto id = slot->subject.container_id;
  const auto made = co_await make_attempt(slot);
  if (stopped_ || slot->subject.container_id != id || !slot->subject.running) co_return;
  const bool changed = slot->worker.observe(id, made.outcome);
  if (made.outcome != Outcome::success) callbacks_.failed(slot->worker.kind(), slot->container, made);
  if (!changed) co_return;
  // The success of a startup probe lets the others begin.
  if (slot->worker.kind() == Kind::startup && slot->worker.result() == Outcome::success)
    for (const auto& other : slots_)
      if (other->container.name == slot->container.name) {
        other->subject.started = true;
        other->kick.set();
      }
  callbacks_.changed();
}

base::Awaitable<Attempt> PodProbes::make_attempt(std::shared_ptr<Slot> slot) {
  const auto timeout = slot->worker.timing().timeout;
  const auto& probe = slot->probe;
  if (probe.http_get) {
    auto target = probes::http_target(*probe.http_get, slot->container, ip_);
    if (!target) co_return Attempt{Outcome::unknown, target.error().message};
    co_return co_await probes::http_probe(strand_, std::move(*target), timeout);
  }
  if (probe.tcp_socket) {
    auto port = probes::resolve_port(probe.tcp_socket->port, slot->container);
    if (!port) co_return Attempt{Outcome::unknown, port.error().message};
    std::string host = probe.tcp_socket->host.empty() ? ip_ : probe.tcp_socket->host;
    co_return co_await probes::tcp_probe(std::move(host), *port, timeout);
  }
  if (probe.exec) {
    std::string id = slot->subject.container_id;
    std::vector<std::string> command = probe.exec->command;
    auto ran = co_await host_.exec(std::move(id), std::move(command), timeout);
    if (!ran && ran.error().is(base::Errc::deadline_exceeded))
      co_return Attempt{Outcome::failure, ran.error().message};
    if (!ran) co_return Attempt{Outcome::unknown, ran.error().message};
    co_return Attempt{ran->exit_code == 0 ? Outcome::success : Outcome::failure, ran->output};
  }
  co_return Attempt{Outcome::unknown, "this node makes HTTP, TCP and exec probes only"};
}

}  // namespace node_agent::pods
