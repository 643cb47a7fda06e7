#include "controllers/workload/ranking.hpp"
#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>

namespace controllers::workload {
namespace {

struct Ranked {
  PodPtr pod;
  int doubled_up = 0;  ///< Related active pods on the same node.
};

int phase_rank(const std::string& phase) noexcept {
  if (phase == "Pending") return 0;
  if (phase == "Unknown") return 1;
  return phase == "Running" ? 2 : 0;
}

base::SystemTime ready_since(const Pod& pod) noexcept {
  const auto* c = find_condition(pod, "Ready");
  return c && c->last_transition_time ? c->last_transition_time->at : base::SystemTime{};
}

int restarts(const std::vector<api::core::v1::ContainerStatus>& statuses) noexcept {
  int most = 0;
  for (const auto& s : statuses)
    most = std::max(most, s.restart_count);
  return most;
}

int sidecar_restarts(const Pod& pod) noexcept {
  int most = 0;
  for (const auto& container : pod.spec.init_containers) {
    if (container.restart_policy != "Always") continue;
    for (const auto& s : pod.status.init_container_statuses)
      if (s.name == container.name) most = std::max(most, s.restart_count);
  }
  return most;
}

/// The age as a power of two of nanoseconds. A missing time counts as youngest.
int power_of_age(base::SystemTime since, base::SystemTime now) noexcept {
  if (since == base::SystemTime{}) return -2;
  const auto age = (now - since).count();
  return age > 0 ? static_cast<int>(std::floor(std::log2(static_cast<double>(age)))) : -1;
}

base::SystemTime created(const Pod& pod) noexcept {
  return pod.metadata.creation_timestamp ? pod.metadata.creation_timestamp->at : base::SystemTime{};
}

/// Negative: `a` is deleted before `b`.
int compare(const Ranked& ra, const Ranked& rb, base::SystemTime now) {
  const Pod &a = *ra.pod, &b = *rb.pod;
  if (a.spec.node_name.empty() != b.spec.node_name.empty()) return a.spec.node_name.empty() ? -1 : 1;
  if (const int d = phase_rank(a.status.phase) - phase_rank(b.status.phase)) return d;
  const bool a_ready = is_ready(a), b_ready = is_ready(b);
  if (a_ready != b_ready) return a_ready ? 1 : -1;
  const auto cost_a = deletion_cost(a), cost_b = deletion_cost(b);
  if (cost_a != cost_b) return cost_a < cost_b ? -1 : 1;
  if (ra.doubled_up != rb.doubled_up) return rb.doubled_up - ra.doubled_up;
  if (const int d = a_ready ? power_of_age(ready_since(a), now) - power_of_age(ready_since(b), now) : 0)
    return d;
  if (const int d = restarts(b.status.container_statuses) - restarts(a.status.container_statuses)) return d;
  if (const int d = sidecar_restarts(b) - sidecar_restarts(a)) return d;
  if (const int d = power_of_age(created(a), now) - power_of_age(created(b), now)) return d;
  if (const int d = a.metadata.uid.compare(b.metadata.uid)) return d;
  return a.metadata.name.compare(b.metadata.name);
}

}  // namespace

std::int32_t deletion_cost(const Pod& pod) noexcept {
  const auto it = pod.metadata.annotations.find("controller.kubernetes.io/pod-deletion-cost");
  if (it == pod.metadata.annotations.end()) return 0;
  const std::string& text = it->second;
  // The API server refuses other spellings: "+5", "007" and the like count as 0.
  std::int32_t cost = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), cost);
  return ec == std::errc() && end == text.data() + text.size() ? cost : 0;
}

std::vector<PodPtr> pods_to_delete(std::vector<PodPtr> pods, const std::vector<PodPtr>& related,
                                   std::size_t count, base::SystemTime now) {
  if (count >= pods.size()) return pods;
  std::map<std::string, int> on_node;
  for (const auto& p : related)
    if (is_active(*p)) ++on_node[p->spec.node_name];
  std::vector<Ranked> ranked;
  ranked.reserve(pods.size());
  for (auto& p : pods)
    ranked.push_back({p, on_node[p->spec.node_name]});
  std::sort(ranked.begin(), ranked.end(),
            [now](const Ranked& a, const Ranked& b) { return compare(a, b, now) < 0; });
  pods.clear();
  for (std::size_t i = 0; i < count; ++i)
    pods.push_back(std::move(ranked[i].pod));
  return pods;
}

}  // namespace controllers::workload
