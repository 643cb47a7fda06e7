#include "controllers/nodelifecycle/taints.hpp"
#include <algorithm>

namespace controllers::nodelifecycle {
namespace {

struct Rule {
  const char* condition;
  const char* status;
  const char* taint;
};
constexpr Rule rules[] = {
    {"Ready", "False", not_ready_taint},
    {"Ready", "Unknown", unreachable_taint},
    {"MemoryPressure", "True", "node.kubernetes.io/memory-pressure"},
    {"DiskPressure", "True", "node.kubernetes.io/disk-pressure"},
    {"PIDPressure", "True", "node.kubernetes.io/pid-pressure"},
    {"NetworkUnavailable", "True", "node.kubernetes.io/network-unavailable"},
};
constexpr const char* unschedulable_taint = "node.kubernetes.io/unschedulable";

bool is_managed(const Taint& t) noexcept {
  if (t.effect == "NoExecute") return t.key == not_ready_taint || t.key == unreachable_taint;
  if (t.effect != "NoSchedule") return false;
  return t.key == unschedulable_taint ||
         std::any_of(std::begin(rules), std::end(rules), [&](const Rule& r) { return t.key == r.taint; });
}

Taint make(const char* key, const char* effect, base::SystemTime now) {
  Taint t;
  t.key = key;
  t.effect = effect;
  t.time_added = api::Time{std::chrono::floor<std::chrono::seconds>(now)};
  return t;
}

std::string label(const Node& node, const char* key, const char* older_key) {
  const auto& labels = node.metadata.labels;
  if (const auto it = labels.find(key); it != labels.end()) return it->second;
  const auto it = labels.find(older_key);
  return it == labels.end() ? std::string() : it->second;
}

}  // namespace

std::vector<Taint> next_taints(const Node& node, bool evict, base::SystemTime now) {
  std::vector<Taint> wanted;
  for (const auto& r : rules) {
    const auto* c = find_condition(node, r.condition);
    if (c && c->status == r.status) wanted.push_back(make(r.taint, "NoSchedule", now));
  }
  // Not heard of yet: as it was admitted, so it stays.
  if (!find_condition(node, "Ready")) wanted.push_back(make(not_ready_taint, "NoSchedule", now));
  if (node.spec.unschedulable.value_or(false)) wanted.push_back(make(unschedulable_taint, "NoSchedule", now));
  const auto state = readiness(node);
  if (evict && state != Readiness::ready)
    wanted.push_back(
        make(state == Readiness::not_ready ? not_ready_taint : unreachable_taint, "NoExecute", now));

  std::vector<Taint> next;
  for (const auto& held : node.spec.taints) {
    const auto it = std::find_if(wanted.begin(), wanted.end(), [&](const Taint& w) {
      return w.key == held.key && w.effect == held.effect;
    });
    // What stays keeps the time it was added.
    if (!is_managed(held) || it != wanted.end()) next.push_back(held);
    if (it != wanted.end()) wanted.erase(it);
  }
  next.insert(next.end(), wanted.begin(), wanted.end());
  return next;
}

bool is_evicting(const Node& node) noexcept {
  return std::any_of(node.spec.taints.begin(), node.spec.taints.end(),
                     [](const Taint& t) { return t.effect == "NoExecute" && is_managed(t); });
}

ZoneState zone_state(int ready, int not_ready, double unhealthy_threshold) noexcept {
  if (ready == 0 && not_ready > 0) return ZoneState::full_disruption;
  const double part = ready + not_ready == 0 ? 0.0 : static_cast<double>(not_ready) / (ready + not_ready);
  return not_ready > 2 && part >= unhealthy_threshold ? ZoneState::partial_disruption : ZoneState::normal;
}

std::string zone_of(const Node& node) {
  const auto region =
      label(node, "topology.kubernetes.io/region", "failure-domain.beta.kubernetes.io/region");
  const auto zone = label(node, "topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone");
  return region.empty() && zone.empty() ? std::string() : region + std::string(":\0:", 3) + zone;
}

bool Pacer::grant(double per_second, base::SystemTime now) {
  if (per_second <= 0) return false;
  const auto pause = std::chrono::nanoseconds(static_cast<std::int64_t>(1e9 / per_second));
  if (last_ && now < *last_ + pause) return false;
  last_ = now;
  return true;
}

}  // namespace controllers::nodelifecycle
