#include "node-agent/status/phase.hpp"
#include "node-agent/status/container_statuses.hpp"

namespace node_agent::status {

namespace core = api::core::v1;

namespace {

const core::ContainerStatus* find(const std::vector<core::ContainerStatus>& list, const std::string& name) {
  for (const auto& s : list)
    if (s.name == name) return &s;
  return nullptr;
}

bool is_running(const core::ContainerStatus& s) {
  return s.state && s.state->running;
}
const core::ContainerStateTerminated* ended(const std::optional<core::ContainerState>& s) {
  return s && s->terminated ? &*s->terminated : nullptr;
}

struct InitCount {
  int pending = 0, failed = 0;
};

InitCount count_init(const core::PodSpec& spec, const std::vector<core::ContainerStatus>& statuses) {
  InitCount n;
  for (const auto& c : spec.init_containers) {
    const auto* s = find(statuses, c.name);
    if (is_sidecar(c)) {
      // A sidecar that has started once counts as initialised, whatever became of it.
      const bool started = s && (s->started.value_or(false) || ended(s->state) || ended(s->last_state));
      if (!started) ++n.pending;
      continue;
    }
    const auto* end = s ? ended(s->state) : nullptr;
    if (!end && s && s->state && s->state->waiting) end = ended(s->last_state);
    if (!end || (end->exit_code == 0 && !ended(s->state)))
      ++n.pending;
    else if (end->exit_code != 0)
      ++n.failed;
  }
  return n;
}

struct Count {
  int waiting = 0, running = 0, stopped = 0, succeeded = 0, unknown = 0;
};

Count count(const core::PodSpec& spec, const std::vector<core::ContainerStatus>& statuses) {
  Count n;
  for (const auto& c : spec.containers) {
    const auto* s = find(statuses, c.name);
    if (!s || !s->state) {
      ++n.unknown;
    } else if (is_running(*s)) {
      ++n.running;
    } else if (const auto* t = ended(s->state)) {
      ++n.stopped;
      if (t->exit_code == 0) ++n.succeeded;
    } else if (s->last_state && s->last_state->terminated) {
      ++n.stopped;
    } else {
      ++n.waiting;
    }
  }
  return n;
}

}  // namespace

bool initialized(const core::PodSpec& spec, const std::vector<core::ContainerStatus>& init_statuses,
                 const std::vector<core::ContainerStatus>& statuses) {
  for (const auto& s : statuses)
    if (is_running(s) || ended(s.state) || ended(s.last_state)) return true;
  const InitCount n = count_init(spec, init_statuses);
  return n.pending == 0 && n.failed == 0;
}

std::string pod_phase(const core::PodSpec& spec, const std::vector<core::ContainerStatus>& init_statuses,
                      const std::vector<core::ContainerStatus>& statuses, bool terminal) {
  const Count n = count(spec, statuses);
  const bool begun = n.running > 0 || n.stopped > 0;
  const InitCount init = count_init(spec, init_statuses);
  const bool never = spec.restart_policy == "Never";
  if (!begun) {
    if (init.failed > 0 && (never || terminal)) return "Failed";
    return "Pending";
  }
  if (n.waiting > 0 || n.unknown > 0) return "Pending";
  if (n.running > 0) return "Running";
  if (terminal) return n.stopped == n.succeeded ? "Succeeded" : "Failed";
  if (spec.restart_policy.empty() || spec.restart_policy == "Always") return "Running";
  if (n.stopped == n.succeeded) return "Succeeded";
  return never ? "Failed" : "Running";
}

}  // namespace node_agent::status
