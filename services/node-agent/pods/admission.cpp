#include "node-agent/pods/admission.hpp"
#include "node-agent/status/container_statuses.hpp"

namespace node_agent::pods {

namespace core = api::core::v1;
using Resources = std::map<std::string, api::Quantity>;

namespace {

void add(Resources& sum, const Resources& more) {
  for (const auto& [name, q] : more)
    sum[name] += q;
}

void raise(Resources& to, const Resources& at_least) {
  for (const auto& [name, q] : at_least)
    if (to[name] < q) to[name] = q;
}

Resources requests(const core::Container& c) {
  if (!c.resources) return {};
  Resources out = c.resources->requests;
  for (const auto& [name, q] : c.resources->limits)
    out.try_emplace(name, q);
  return out;
}

/// As upstream prints amounts: CPU in thousandths.
std::string amount(const std::string& name, const api::Quantity& q) {
  return std::to_string(name == "cpu" ? q.milli_value() : q.value());
}

}  // namespace

Resources pod_requests(const core::PodSpec& spec) {
  Resources sum, sidecars, init_peak;
  for (const auto& c : spec.containers)
    add(sum, requests(c));
  for (const auto& c : spec.init_containers) {
    if (status::is_sidecar(c)) {
      add(sidecars, requests(c));
      raise(init_peak, sidecars);
      continue;
    }
    auto during = requests(c);
    add(during, sidecars);
    raise(init_peak, during);
  }
  add(sum, sidecars);
  raise(sum, init_peak);
  add(sum, spec.overhead);
  return sum;
}

std::optional<status::WaitingReason> admit(const core::Pod& pod,
                                           const std::vector<std::shared_ptr<const core::Pod>>& active,
                                           const Resources& allocatable) {
  Resources used;
  for (const auto& p : active)
    add(used, pod_requests(p->spec));
  used["pods"] = api::Quantity::from_value(static_cast<std::int64_t>(active.size()));
  auto wanted = pod_requests(pod.spec);
  wanted["pods"] = api::Quantity::from_value(1);
  for (const auto& [name, q] : wanted) {
    const auto room = allocatable.find(name);
    if (q.is_zero() || room == allocatable.end()) continue;
    auto total = used[name];
    total += q;
    if (total <= room->second) continue;
    return status::WaitingReason{
        "OutOf" + name, "Pod was rejected: Node didn't have enough resource: " + name +
                            ", requested: " + amount(name, q) + ", used: " + amount(name, used[name]) +
                            ", capacity: " + amount(name, room->second)};
  }
  return std::nullopt;
}

}  // namespace node_agent::pods
