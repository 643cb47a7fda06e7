#include "node-agent/host/container_config.hpp"
#include <algorithm>
#include <optional>
#include "node-agent/host/log_paths.hpp"
#include "node-agent/pods/actions.hpp"
#include "node-agent/status/pod_status.hpp"

namespace node_agent::host {

namespace core = api::core::v1;
using base::Errc;
using base::Error;
using base::Result;

namespace {

// The numbers of the kernel's and the kubelet's documentation.
constexpr std::int64_t shares_min = 2, shares_max = 262'144, shares_per_cpu = 1024;
constexpr std::int64_t quota_min_us = 1000;
constexpr int guaranteed_adj = -997, best_effort_adj = 1000;
constexpr std::int32_t critical_priority = 2'000'000'000;

using Amounts = std::map<std::string, api::Quantity>;

std::optional<api::Quantity> find(const Amounts& amounts, const char* name) {
  const auto it = amounts.find(name);
  if (it == amounts.end()) return std::nullopt;
  return it->second;
}

int oom_score_adj(const core::Pod& pod, std::int64_t memory_request, std::int64_t capacity) {
  if (pod.spec.priority.value_or(0) >= critical_priority) return guaranteed_adj;
  const auto qos = status::qos_class(pod.spec);
  if (qos == "Guaranteed") return guaranteed_adj;
  if (qos == "BestEffort") return best_effort_adj;
  // The more of the node's memory it asked for, the later it is killed; between the other two classes.
  const std::int64_t share = capacity > 0 ? 1000 * memory_request / capacity : 0;
  return static_cast<int>(std::clamp<std::int64_t>(1000 - share, 1000 + guaranteed_adj, best_effort_adj - 1));
}

std::string pod_text(const core::Pod& pod) {
  return pod.metadata.name + "_" + pod.metadata.namespace_ + "(" + pod.metadata.uid + ")";
}

}  // namespace

runtime::Resources container_resources(const core::Pod& pod, const core::Container& c,
                                       std::int64_t memory_capacity_bytes) {
  static const core::ResourceRequirements none;
  const auto& wanted = c.resources ? *c.resources : none;
  const auto cpu_limit = find(wanted.limits, "cpu"), memory_limit = find(wanted.limits, "memory");
  auto cpu = find(wanted.requests, "cpu"), memory = find(wanted.requests, "memory");
  // What asks for nothing but has a limit asks for the limit.
  if (!cpu) cpu = cpu_limit;
  if (!memory) memory = memory_limit;
  runtime::Resources out;
  const std::int64_t milli = cpu ? cpu->milli_value() : 0;
  out.cpu_shares = std::clamp(std::min(milli, shares_max) * shares_per_cpu / 1000, shares_min, shares_max);
  if (cpu_limit && !cpu_limit->is_zero())
    out.cpu_quota_us = std::max(cpu_limit->milli_value() * out.cpu_period_us / 1000, quota_min_us);
  if (memory_limit) out.memory_limit_bytes = memory_limit->value();
  out.oom_score_adj = oom_score_adj(pod, memory ? memory->value() : 0, memory_capacity_bytes);
  return out;
}

Result<RunAs> run_as(const core::Pod& pod, const core::Container& c, std::int64_t image_user) {
  RunAs out;
  std::optional<bool> non_root;
  if (const auto& s = pod.spec.security_context) {
    out.user = s->run_as_user.value_or(-1);
    out.group = s->run_as_group.value_or(-1);
    non_root = s->run_as_non_root;
  }
  if (const auto& s = c.security_context) {
    if (s->run_as_user) out.user = *s->run_as_user;
    if (s->run_as_group) out.group = *s->run_as_group;
    if (s->run_as_non_root) non_root = s->run_as_non_root;
  }
  if (!non_root.value_or(false)) return out;
  const std::string where = " (pod: \"" + pod_text(pod) + "\", container: " + c.name + ")";
  if (out.user == 0)
    return Error(Errc::invalid_argument, "container's runAsUser breaks non-root policy" + where);
  if (out.user < 0 && image_user == 0)
    return Error(Errc::invalid_argument, "container has runAsNonRoot and image will run as root" + where);
  return out;
}

runtime::ContainerConfig container_config(const core::Pod& pod, const core::Container& c, int restart_count,
                                          const environment::Variables& variables) {
  runtime::ContainerConfig out;
  out.name = c.name;
  out.attempt = restart_count;
  out.image = c.image;
  out.command = environment::expand_all(c.command, variables);
  out.args = environment::expand_all(c.args, variables);
  out.working_dir = c.working_dir;
  out.envs = variables;
  out.labels = {{"io.kubernetes.pod.name", pod.metadata.name},
                {"io.kubernetes.pod.namespace", pod.metadata.namespace_},
                {"io.kubernetes.pod.uid", pod.metadata.uid},
                {"io.kubernetes.container.name", c.name}};
  out.annotations = {{message_path_annotation, c.termination_message_path},
                     {message_policy_annotation, c.termination_message_policy}};
  out.log_path = container_log_path(c.name, restart_count);
  out.stdin_ = c.stdin.value_or(false);
  out.stdin_once = c.stdin_once.value_or(false);
  out.tty = c.tty.value_or(false);
  out.spec_hash = pods::spec_hash(c);
  if (c.lifecycle) out.stop_signal = c.lifecycle->stop_signal;
  return out;
}

std::string field_path(const core::Pod& pod, const std::string& container) {
  for (const auto& c : pod.spec.init_containers)
    if (c.name == container) return "spec.initContainers{" + container + "}";
  return "spec.containers{" + container + "}";
}

}  // namespace node_agent::host
