#include "node-agent/status/container_statuses.hpp"

namespace node_agent::status {

namespace core = api::core::v1;

namespace {

constexpr int exit_code_unknown = 137;
constexpr const char* status_unknown = "ContainerStatusUnknown";

std::optional<api::Time> time_of(base::SystemTime t) {
  if (t == base::SystemTime{}) return std::nullopt;
  return api::Time{t};
}

core::ContainerState waiting(std::string reason, std::string message = {}) {
  core::ContainerState s;
  s.waiting.emplace();
  s.waiting->reason = std::move(reason);
  s.waiting->message = std::move(message);
  return s;
}

core::ContainerState terminated(const ContainerView& c) {
  core::ContainerState s;
  auto& t = s.terminated.emplace();
  t.exit_code = c.exit_code;
  t.reason = !c.reason.empty() ? c.reason : c.exit_code == 0 ? "Completed" : "Error";
  t.message = c.message;
  t.started_at = time_of(c.started_at);
  t.finished_at = time_of(c.finished_at);
  t.container_id = c.id;
  return s;
}

core::ContainerState lost(std::string message, const std::string& container_id) {
  core::ContainerState s;
  auto& t = s.terminated.emplace();
  t.exit_code = exit_code_unknown;
  t.reason = status_unknown;
  t.message = std::move(message);
  t.container_id = container_id;
  return s;
}

const core::ContainerStatus* find(const std::vector<core::ContainerStatus>& list, const std::string& name) {
  for (const auto& s : list)
    if (s.name == name) return &s;
  return nullptr;
}

/// The status of a container of which the runtime knows nothing.
core::ContainerStatus unseen(const core::Container& c, const core::ContainerStatus* old, bool has_init) {
  core::ContainerStatus s;
  s.name = c.name;
  s.image = c.image;
  s.state = waiting(has_init ? "PodInitializing" : "ContainerCreating");
  if (!old) return s;
  s.restart_count = old->restart_count;
  s.last_state = old->last_state;
  if (!old->state) return s;
  if (old->state->terminated) {
    s.state = old->state;
    s.container_id = old->container_id;
    s.image_id = old->image_id;
    s.image = old->image;
  } else if (old->state->running) {
    s.last_state = lost(
        "The container could not be located when the pod was deleted.  "
        "The container used to be Running",
        old->container_id);
    s.restart_count = old->restart_count + 1;
  }
  return s;
}

core::ContainerState state_of(const ContainerView& view, bool has_init) {
  switch (view.state) {
    case ContainerView::State::running: {
      core::ContainerState s;
      s.running.emplace().started_at = time_of(view.started_at);
      return s;
    }
    case ContainerView::State::exited:
      return terminated(view);
    case ContainerView::State::created:
      return waiting(has_init ? "PodInitializing" : "ContainerCreating");
    case ContainerView::State::unknown:
      break;
  }
  return lost("The container could not be located when the pod was terminated", view.id);
}

core::ContainerStatus seen(const core::Container& c, const PodView& view, const ContainerView& latest,
                           const core::ContainerStatus* old, bool has_init) {
  core::ContainerStatus s;
  s.name = c.name;
  s.image = latest.image.empty() ? c.image : latest.image;
  s.image_id = latest.image_id;
  s.container_id = latest.id;
  s.restart_count = latest.restart_count;
  s.state = state_of(latest, has_init);
  for (const auto& earlier : view.containers)
    if (&earlier != &latest && earlier.name == c.name && earlier.state == ContainerView::State::exited) {
      s.last_state = terminated(earlier);
      return s;
    }
  if (!old) return s;
  // The runtime has forgotten the earlier one: the API may still know how it ended.
  if (old->container_id == latest.id)
    s.last_state = old->last_state;
  else if (old->state && old->state->terminated)
    s.last_state = old->state;
  return s;
}

void apply_waiting(core::ContainerStatus& s, const WaitingReason& reason) {
  if (s.state && s.state->running) return;
  if (s.state && s.state->terminated) s.last_state = s.state;
  s.state = waiting(reason.reason, reason.message);
}

void apply_readiness(core::ContainerStatus& s, const core::Container& c, bool init, const Readiness* r) {
  const bool running = s.state && s.state->running;
  if (init && !is_sidecar(c)) {
    s.started = running;
    s.ready = s.state && s.state->terminated && s.state->terminated->exit_code == 0;
    return;
  }
  s.started = running && r && r->started;
  s.ready = running && r && r->started && r->ready;
}

}  // namespace

bool is_sidecar(const core::Container& container) noexcept {
  return container.restart_policy == "Always";
}

std::vector<core::ContainerStatus> container_statuses(const ContainerStatusInput& in,
                                                      const std::vector<core::Container>& containers,
                                                      bool init_containers) {
  const auto& known =
      init_containers ? in.pod->status.init_container_statuses : in.pod->status.container_statuses;
  const bool has_init = !in.pod->spec.init_containers.empty();
  std::vector<core::ContainerStatus> out;
  out.reserve(containers.size());
  for (const auto& c : containers) {
    const auto* old = find(known, c.name);
    const auto* latest = in.view->latest(c.name);
    auto s = latest ? seen(c, *in.view, *latest, old, has_init) : unseen(c, old, has_init);
    if (auto w = in.waiting->find(c.name); w != in.waiting->end()) apply_waiting(s, w->second);
    auto r = in.readiness->find(c.name);
    apply_readiness(s, c, init_containers, r == in.readiness->end() ? nullptr : &r->second);
    out.push_back(std::move(s));
  }
  return out;
}

void terminate_unfinished(std::vector<core::ContainerStatus>& statuses) {
  for (auto& s : statuses) {
    s.ready = false;
    s.started = false;
    if (s.state && s.state->terminated) continue;
    // A container that waits to be started again ended before: that is the end it keeps.
    if (s.state && s.state->waiting && s.last_state && s.last_state->terminated) {
      s.state = std::exchange(s.last_state, std::nullopt);
      continue;
    }
    s.state = lost("The container could not be located when the pod was terminated", s.container_id);
  }
}

}  // namespace node_agent::status
