#include "node-agent/status/conditions.hpp"
#include <algorithm>
#include "node-agent/status/container_statuses.hpp"
#include "node-agent/status/phase.hpp"

namespace node_agent::status {

namespace core = api::core::v1;
using core::PodCondition;

namespace {

PodCondition condition(std::string type, bool holds, std::string reason = {}, std::string message = {}) {
  PodCondition c;
  c.type = std::move(type);
  c.status = holds ? "True" : "False";
  c.reason = std::move(reason);
  c.message = std::move(message);
  return c;
}

/// "[a b]", as Go prints a list of names.
std::string bracketed(const std::vector<std::string>& names) {
  std::string out = "[";
  for (const auto& n : names)
    out += (out.size() > 1 ? " " : "") + n;
  return out + "]";
}

/// "containers with <what> status: [..]" for each kind of trouble there is; empty when all is well.
std::string trouble(const std::vector<std::string>& unknown, const std::string& what,
                    const std::vector<std::string>& names) {
  std::string out;
  if (!unknown.empty()) out = "containers with unknown status: " + bracketed(unknown);
  if (!names.empty())
    out += (out.empty() ? "" : ", ") + ("containers with " + what + " status: ") + bracketed(names);
  return out;
}

const core::ContainerStatus* find(const std::vector<core::ContainerStatus>& list, const std::string& name) {
  for (const auto& s : list)
    if (s.name == name) return &s;
  return nullptr;
}

PodCondition initialized_condition(const core::PodSpec& spec, const core::PodStatus& status) {
  std::vector<std::string> unknown, incomplete;
  for (const auto& c : spec.init_containers) {
    const auto* s = find(status.init_container_statuses, c.name);
    if (!s)
      unknown.push_back(c.name);
    else if (is_sidecar(c) ? !s->started.value_or(false) : !s->ready)
      incomplete.push_back(c.name);
  }
  if (status.phase == "Succeeded" && unknown.empty()) return condition("Initialized", true, "PodCompleted");
  if (initialized(spec, status.init_container_statuses, status.container_statuses))
    return condition("Initialized", true);
  return condition("Initialized", false, "ContainersNotInitialized",
                   trouble(unknown, "incomplete", incomplete));
}

PodCondition containers_ready_condition(const core::PodSpec& spec, const core::PodStatus& status) {
  if (status.phase == "Succeeded") return condition("ContainersReady", false, "PodCompleted");
  if (status.phase == "Failed") return condition("ContainersReady", false, "PodFailed");
  std::vector<std::string> unknown, unready;
  const auto look = [&](const core::Container& c, const std::vector<core::ContainerStatus>& statuses) {
    const auto* s = find(statuses, c.name);
    if (!s)
      unknown.push_back(c.name);
    else if (!s->ready)
      unready.push_back(c.name);
  };
  for (const auto& c : spec.init_containers)
    if (is_sidecar(c)) look(c, status.init_container_statuses);
  for (const auto& c : spec.containers)
    look(c, status.container_statuses);
  const auto message = trouble(unknown, "unready", unready);
  return message.empty() ? condition("ContainersReady", true)
                         : condition("ContainersReady", false, "ContainersNotReady", message);
}

PodCondition ready_condition(const core::Pod& pod, const PodCondition& containers_ready) {
  if (containers_ready.status != "True")
    return condition("Ready", false, containers_ready.reason, containers_ready.message);
  std::string message;
  for (const auto& gate : pod.spec.readiness_gates) {
    const auto& all = pod.status.conditions;
    const auto c = std::find_if(all.begin(), all.end(),
                                [&](const PodCondition& p) { return p.type == gate.condition_type; });
    if (c != all.end() && c->status == "True") continue;
    if (!message.empty()) message += ", ";
    message += c == all.end() ? "corresponding condition of pod readiness gate \"" + gate.condition_type +
                                    "\" does not exist."
                              : "the status of pod readiness gate \"" + gate.condition_type +
                                    "\" is not \"True\", but " + c->status;
  }
  return message.empty() ? condition("Ready", true)
                         : condition("Ready", false, "ReadinessGatesNotReady", message);
}

}  // namespace

std::vector<PodCondition> pod_conditions(const core::Pod& pod, const core::PodStatus& status,
                                         bool sandbox_ready) {
  std::vector<PodCondition> out;
  out.push_back(condition("PodReadyToStartContainers", sandbox_ready));
  out.push_back(initialized_condition(pod.spec, status));
  auto containers_ready = containers_ready_condition(pod.spec, status);
  out.push_back(ready_condition(pod, containers_ready));
  out.push_back(std::move(containers_ready));
  out.push_back(condition("PodScheduled", true));
  for (auto& c : out)
    c.observed_generation = pod.metadata.generation;
  return out;
}

std::vector<PodCondition> merge_conditions(const std::vector<PodCondition>& known,
                                           std::vector<PodCondition> fresh, base::SystemTime now) {
  const auto same_type = [](const std::string& type) {
    return [&type](const PodCondition& c) { return c.type == type; };
  };
  const api::Time at{std::chrono::floor<std::chrono::seconds>(now)};
  for (auto& c : fresh) {
    const auto old = std::find_if(known.begin(), known.end(), same_type(c.type));
    const bool unchanged = old != known.end() && old->status == c.status && old->last_transition_time;
    c.last_transition_time = unchanged ? *old->last_transition_time : at;
  }
  for (const auto& old : known)
    if (std::none_of(fresh.begin(), fresh.end(), same_type(old.type))) fresh.push_back(old);
  return fresh;
}

}  // namespace node_agent::status
