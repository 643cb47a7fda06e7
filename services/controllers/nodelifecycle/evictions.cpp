#include <algorithm>
#include "base/log.hpp"
#include "controllers/nodelifecycle/node_loop.hpp"

/// Which nodes may evict their pods, and how fast one after the other.
namespace controllers::nodelifecycle {

std::map<std::string, NodeLoop::Zone> NodeLoop::zones() const {
  std::map<std::string, Zone> zones;
  for (const auto& node : nodes_.store().list()) {
    auto& zone = zones[zone_of(*node)];
    zone.nodes.push_back(node);
    ++(readiness(*node) == Readiness::ready ? zone.ready : zone.not_ready);
  }
  for (auto& [name, zone] : zones)
    zone.state = zone_state(zone.ready, zone.not_ready, context_.options.unhealthy_zone_threshold);
  return zones;
}

double NodeLoop::eviction_rate(const Zone& zone) const noexcept {
  if (zone.state != ZoneState::partial_disruption) return context_.options.node_eviction_rate;
  const bool large =
      zone.nodes.size() > static_cast<std::size_t>(context_.options.large_cluster_size_threshold);
  return large ? context_.options.secondary_node_eviction_rate : 0;
}

void NodeLoop::pace_evictions() {
  const auto zones = this->zones();
  const bool all_down = !zones.empty() && std::all_of(zones.begin(), zones.end(), [](const auto& z) {
    return z.second.state == ZoneState::full_disruption;
  });
  if (all_down != all_down_)
    base::log::warning(all_down ? "every zone is down: no evictions" : "zones are back");
  const bool back = all_down_ && !all_down;
  all_down_ = all_down;
  // Whoever was silent while we heard nobody gets its whole grace period again.
  if (back)
    for (auto& [name, heartbeat] : heartbeats_)
      heartbeat.heard_at = now();
  if (all_down)
    stop_evictions(zones);
  else
    start_evictions(zones);
}

void NodeLoop::stop_evictions(const std::map<std::string, Zone>& zones) {
  evicting_.clear();
  for (const auto& [name, zone] : zones)
    for (const auto& node : zone.nodes)
      if (is_evicting(*node)) enqueue(node->metadata.name);
}

void NodeLoop::start_evictions(const std::map<std::string, Zone>& zones) {
  for (const auto& [zone_name, zone] : zones)
    for (const auto& node : zone.nodes) {
      const auto& name = node->metadata.name;
      if (readiness(*node) == Readiness::ready) {
        evicting_.erase(name);
        continue;
      }
      // Never heard of since it was made: nothing runs there.
      if (!find_condition(*node, "Ready") || evicting_.contains(name) || is_evicting(*node)) continue;
      if (!pacers_[zone_name].grant(eviction_rate(zone), now())) break;
      evicting_.insert(name);
      enqueue(name);
    }
}

}  // namespace controllers::nodelifecycle
