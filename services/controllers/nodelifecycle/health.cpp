#include "controllers/nodelifecycle/health.hpp"
#include <algorithm>

namespace controllers::nodelifecycle {

const NodeCondition* find_condition(const Node& node, std::string_view type) noexcept {
  for (const auto& c : node.status.conditions)
    if (c.type == type) return &c;
  return nullptr;
}

Readiness readiness(const Node& node) noexcept {
  const auto* c = find_condition(node, "Ready");
  if (!c) return Readiness::unknown;
  if (c->status == "True") return Readiness::ready;
  return c->status == "False" ? Readiness::not_ready : Readiness::unknown;
}

Heartbeat listen(const std::optional<Heartbeat>& before, const Node& node, const Lease* lease,
                 base::SystemTime now) {
  const auto* ready = find_condition(node, "Ready");
  Heartbeat h;
  h.heard_at = now;
  if (ready) h.status_time = ready->last_heartbeat_time;
  if (lease) h.lease_time = lease->spec.renew_time;
  if (!before) {
    // A node that never reported has been silent since it was made.
    if (!ready && node.metadata.creation_timestamp) h.heard_at = node.metadata.creation_timestamp->at;
    return h;
  }
  // Unknown is our own writing, not the node's.
  const bool reported = readiness(node) != Readiness::unknown && h.status_time != before->status_time;
  const bool renewed = h.lease_time && (!before->lease_time || *before->lease_time < *h.lease_time);
  if (!reported && !renewed) h.heard_at = before->heard_at;
  return h;
}

std::optional<std::vector<NodeCondition>> conditions_of_silence(const Node& node, const Heartbeat& heartbeat,
                                                                std::chrono::nanoseconds grace,
                                                                std::chrono::nanoseconds startup_grace,
                                                                base::SystemTime now) {
  const auto allowed = find_condition(node, "Ready") ? grace : startup_grace;
  if (now <= heartbeat.heard_at + allowed) return std::nullopt;
  auto conditions = node.status.conditions;
  const api::Time stamp{std::chrono::floor<std::chrono::seconds>(now)};
  for (const char* type : {"Ready", "MemoryPressure", "DiskPressure", "PIDPressure"}) {
    auto it =
        std::find_if(conditions.begin(), conditions.end(), [type](const auto& c) { return c.type == type; });
    const bool never = it == conditions.end();
    if (never) {
      it = conditions.insert(conditions.end(), NodeCondition{});
      it->type = type;
      it->last_heartbeat_time = node.metadata.creation_timestamp;
    }
    if (it->status == "Unknown") continue;
    it->status = "Unknown";
    it->reason = never ? "NodeStatusNeverUpdated" : "NodeStatusUnknown";
    it->message = never ? "Kubelet never posted node status." : "Kubelet stopped posting node status.";
    it->last_transition_time = stamp;
  }
  return conditions == node.status.conditions ? std::nullopt : std::optional(std::move(conditions));
}

}  // namespace controllers::nodelifecycle
