#include "node-agent/status/pod_status.hpp"
#include "node-agent/status/conditions.hpp"
#include "node-agent/status/container_statuses.hpp"
#include "node-agent/status/phase.hpp"

namespace node_agent::status {

namespace core = api::core::v1;

namespace {

/// API times have whole seconds: a finer one would differ from what comes back.
api::Time seconds(base::SystemTime t) {
  return api::Time{std::chrono::floor<std::chrono::seconds>(t)};
}

void set_addresses(core::PodStatus& status, const PodStatusInput& in) {
  status.host_ip = in.host_ip;
  status.host_ips.clear();
  if (!in.host_ip.empty()) status.host_ips.push_back({in.host_ip});
  std::vector<std::string> ips;
  const auto* sandbox = in.view.ready_sandbox();
  if (sandbox) ips = sandbox->ips;
  if (sandbox && in.pod.spec.host_network.value_or(false)) ips = {in.host_ip};
  // A pod that is ending keeps the address it had, so that what routes to it can be undone.
  if (ips.empty()) return;
  status.pod_ip = ips.front();
  status.pod_ips.clear();
  for (auto& ip : ips)
    status.pod_ips.push_back({std::move(ip)});
}

void set_phase(core::PodStatus& status, const PodStatusInput& in) {
  const auto& known = in.pod.status;
  if (in.failure) {
    status.phase = "Failed";
    status.reason = in.failure->reason;
    status.message = in.failure->message;
    return;
  }
  status.phase =
      pod_phase(in.pod.spec, status.init_container_statuses, status.container_statuses, in.terminal);
  if (is_terminal_phase(known.phase)) {
    status.phase = known.phase;
    status.reason = known.reason;
    status.message = known.message;
    return;
  }
  // Terminal is reported only when nothing runs any more: volumes and ports are free by then.
  if (is_terminal_phase(status.phase) && in.view.any_running()) status.phase = "Running";
  if (in.finished && !is_terminal_phase(status.phase)) status.phase = "Failed";
}

}  // namespace

bool is_terminal_phase(const std::string& phase) noexcept {
  return phase == "Failed" || phase == "Succeeded";
}

core::PodStatus generate_pod_status(const PodStatusInput& in, base::SystemTime now) {
  core::PodStatus status = in.pod.status;
  status.reason.clear();
  status.message.clear();
  const ContainerStatusInput containers{&in.pod, &in.view, &in.waiting, &in.readiness};
  status.init_container_statuses = container_statuses(containers, in.pod.spec.init_containers, true);
  status.container_statuses = container_statuses(containers, in.pod.spec.containers, false);
  const bool begun = initialized(in.pod.spec, status.init_container_statuses, status.container_statuses);
  if (in.finished && begun) {
    terminate_unfinished(status.container_statuses);
  }
  set_phase(status, in);
  if (!status.start_time) status.start_time = seconds(now);
  set_addresses(status, in);
  if (status.qos_class.empty()) status.qos_class = qos_class(in.pod.spec);
  status.observed_generation = in.pod.metadata.generation;
  const auto* sandbox = in.view.ready_sandbox();
  const bool networked = sandbox && (in.pod.spec.host_network.value_or(false) || !sandbox->ips.empty());
  status.conditions =
      merge_conditions(in.pod.status.conditions, pod_conditions(in.pod, status, networked), now);
  return status;
}

namespace {

bool has(const std::map<std::string, api::Quantity>& list, const std::string& name, bool& any) {
  const auto it = list.find(name);
  const bool set = it != list.end() && it->second.sign() > 0;
  any = any || set;
  return set;
}

/// Looks at one container's requests and limits of CPU and memory.
void classify(const core::Container& c, bool& any, bool& guaranteed) {
  const core::ResourceRequirements none;
  const auto& r = c.resources ? *c.resources : none;
  for (const auto* name : {"cpu", "memory"}) {
    const bool limited = has(r.limits, name, any);
    const bool requested = has(r.requests, name, any);
    if (!limited || (requested && r.requests.at(name) != r.limits.at(name))) guaranteed = false;
  }
}

}  // namespace

std::string qos_class(const core::PodSpec& spec) {
  bool any = false, guaranteed = true;
  for (const auto& c : spec.containers)
    classify(c, any, guaranteed);
  for (const auto& c : spec.init_containers)
    classify(c, any, guaranteed);
  if (!any) return "BestEffort";
  return guaranteed ? "Guaranteed" : "Burstable";
}

}  // namespace node_agent::status
