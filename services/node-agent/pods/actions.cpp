#include "node-agent/pods/actions.hpp"
#include <cstdint>
#include <cstdio>
#include "node-agent/status/container_statuses.hpp"

namespace node_agent::pods {

namespace core = api::core::v1;
using status::ContainerView;
using status::PodView;
using status::Readiness;
using Ready = std::map<std::string, Readiness>;
using State = ContainerView::State;

namespace {

Readiness readiness_of(const Ready& all, const std::string& name) {
  const auto it = all.find(name);
  return it == all.end() ? Readiness{} : it->second;
}

/// The sandbox is missing, has ended, or (unless on the host's network) lost its address.
bool needs_sandbox(const core::Pod& pod, const PodView& view) {
  const auto* sandbox = view.ready_sandbox();
  return !sandbox || (sandbox->ips.empty() && !pod.spec.host_network.value_or(false));
}

/// What ran in the present sandbox. Containers of an earlier one are history.
PodView active(const PodView& view) {
  PodView out;
  out.sandboxes = view.sandboxes;
  for (const auto& c : view.containers)
    if (c.sandbox_id == view.sandboxes.front().id) out.containers.push_back(c);
  return out;
}

bool succeeded(const ContainerView* c) {
  return c && c->state == State::exited && c->exit_code == 0;
}

KillContainer kill(const ContainerView& c, std::string message) {
  KillContainer k;
  k.container_id = c.id;
  k.name = c.name;
  k.message = std::move(message);
  return k;
}

/// Whether a running container has to go, and why.
std::optional<KillContainer> replacement(const core::Container& c, const ContainerView& latest,
                                         const Ready& ready) {
  if (!latest.spec_hash.empty() && latest.spec_hash != spec_hash(c))
    return kill(latest, "Container " + c.name + " definition changed, will be restarted");
  const auto health = readiness_of(ready, c.name).health;
  if (health == Readiness::Health::ok) return std::nullopt;
  const bool startup = health == Readiness::Health::failed_startup;
  auto k = kill(latest, "Container " + c.name + " failed " + (startup ? "startup" : "liveness") + " probe");
  k.failed_startup = startup;
  k.failed_liveness = !startup;
  return k;
}

void begin_anew(const core::Pod& pod, const PodView& view, PodActions& actions) {
  actions.kill_pod = true;
  actions.sandbox_attempt = view.sandboxes.empty() ? 0 : view.sandboxes.front().attempt + 1;
  // A pod that is not to be restarted ends with its sandbox.
  if (pod.spec.restart_policy == "Never" && actions.sandbox_attempt > 0 && !view.containers.empty()) return;
  std::vector<std::size_t> wanted;
  for (std::size_t i = 0; i < pod.spec.containers.size(); ++i) {
    const bool done =
        pod.spec.restart_policy == "OnFailure" && succeeded(view.latest(pod.spec.containers[i].name));
    if (!done) wanted.push_back(i);
  }
  if (wanted.empty()) return;
  actions.create_sandbox = true;
  if (!pod.spec.init_containers.empty())
    actions.init_to_start = {0};
  else
    actions.to_start = std::move(wanted);
}

/// A sidecar's share. True if what comes after it may begin.
bool sidecar_step(const core::Container& c, std::size_t index, const ContainerView* latest,
                  const Ready& ready, PodActions& actions) {
  if (!latest || latest->state != State::running) {
    actions.init_to_start.push_back(index);
    return false;
  }
  if (auto k = replacement(c, *latest, ready)) {
    actions.to_kill.push_back(std::move(*k));
    actions.init_to_start.push_back(index);
    return false;
  }
  return readiness_of(ready, c.name).started;
}

/// True once all init containers are through; the pod's containers wait for that.
bool init_steps(const core::Pod& pod, const PodView& view, const Ready& ready, bool begun,
                PodActions& actions) {
  for (std::size_t i = 0; i < pod.spec.init_containers.size(); ++i) {
    const auto& c = pod.spec.init_containers[i];
    const auto* latest = view.latest(c.name);
    if (status::is_sidecar(c)) {
      if (!sidecar_step(c, i, latest, ready, actions) && !begun) return false;
      continue;
    }
    if (begun || succeeded(latest)) continue;
    if (latest && latest->state == State::running) return false;
    if (latest && latest->state == State::exited && pod.spec.restart_policy == "Never") {
      actions = PodActions{};
      actions.kill_pod = true;
      return false;
    }
    if (latest && latest->state == State::unknown)
      actions.to_kill.push_back(
          kill(*latest, "Init container is in \"Unknown\" state, try killing it before restart"));
    actions.init_to_start.push_back(i);
    return false;
  }
  return true;
}

/// The pod's own containers. Returns how many run on.
int container_steps(const core::Pod& pod, const PodView& view, const Ready& ready, PodActions& actions) {
  int kept = 0;
  for (std::size_t i = 0; i < pod.spec.containers.size(); ++i) {
    const auto& c = pod.spec.containers[i];
    const auto* latest = view.latest(c.name);
    if (!latest || latest->state != State::running) {
      if (!should_restart(pod, c, latest)) continue;
      if (latest && latest->state == State::unknown)
        actions.to_kill.push_back(
            kill(*latest, "Container is in \"Unknown\" state, try killing it before restart"));
      actions.to_start.push_back(i);
      continue;
    }
    auto k = replacement(c, *latest, ready);
    if (!k) {
      ++kept;
      continue;
    }
    const bool changed = !k->failed_startup && !k->failed_liveness;
    const bool restart = changed || pod.spec.restart_policy != "Never";
    if (restart && !changed) k->message += ", will be restarted";
    actions.to_kill.push_back(std::move(*k));
    if (restart) actions.to_start.push_back(i);
  }
  return kept;
}

}  // namespace

std::string spec_hash(const core::Container& container) {
  // FNV-1a: it is kept with the container and must be the same in every build.
  std::uint64_t h = 0xcbf29ce484222325;
  for (const char c : container.name + '\0' + container.image)
    h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(h));
  return text;
}

bool should_restart(const core::Pod& pod, const core::Container& container, const ContainerView* latest) {
  if (pod.metadata.deletion_timestamp) return false;
  if (!latest || latest->state == State::created || latest->state == State::unknown) return true;
  if (latest->state == State::running) return false;
  if (status::is_sidecar(container)) return true;
  if (pod.spec.restart_policy == "Never") return false;
  return pod.spec.restart_policy != "OnFailure" || latest->exit_code != 0;
}

PodActions compute_pod_actions(const core::Pod& pod, const PodView& view, const Ready& readiness) {
  PodActions actions;
  if (needs_sandbox(pod, view)) {
    begin_anew(pod, view, actions);
    return actions;
  }
  const PodView now = active(view);
  actions.sandbox_attempt = now.sandboxes.front().attempt;
  bool begun = false;
  for (const auto& c : pod.spec.containers)
    begun = begun || now.latest(c.name);
  if (!init_steps(pod, now, readiness, begun, actions)) return actions;
  const int kept = container_steps(pod, now, readiness, actions);
  if (kept > 0 || !actions.to_start.empty()) return actions;
  actions = PodActions{};
  actions.kill_pod = true;
  return actions;
}

}  // namespace node_agent::pods
