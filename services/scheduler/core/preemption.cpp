#include "scheduler/core/preemption.hpp"
#include <algorithm>
#include <limits>
#include <tuple>
#include "base/assert.hpp"

namespace scheduler::preemption {

namespace {

/// A pod that does not run yet counts as started last.
base::SystemTime started(const PodInfo& p) {
  const auto& t = p.pod->status.start_time;
  return t ? t->at : base::SystemTime::max();
}

/// Takes one disruption from every budget that covers the pod; true if one of them had none left.
bool violates(const PodInfo& p, std::vector<DisruptionAllowance>& budgets) {
  const auto& metadata = p.pod->metadata;
  bool out = false;
  for (auto& b : budgets) {
    if (b.ns != metadata.namespace_ || !b.selector.matches(metadata.labels) ||
        b.disrupted.contains(metadata.name))
      continue;
    if (--b.allowed < 0) out = true;
  }
  return out;
}

/// Smaller hurts less.
auto harm(const Victims& v) {
  std::int64_t sum = 0;
  for (const auto& p : v.pods)
    sum += static_cast<std::int64_t>(p->priority) + std::numeric_limits<std::int32_t>::max() + 1;
  const auto highest = v.pods.front()->priority;
  auto earliest = base::SystemTime::max();
  for (const auto& p : v.pods)
    if (p->priority == highest) earliest = std::min(earliest, started(*p));
  return std::make_tuple(v.violations, highest, sum, v.pods.size(), -earliest.time_since_epoch().count());
}

}  // namespace

bool more_important(const PodInfo& a, const PodInfo& b) {
  if (a.priority != b.priority) return a.priority > b.priority;
  return started(a) < started(b);
}

std::optional<Victims> select_victims(const PodInfo& pod, const NodeInfo& node, const Fits& fits,
                                      std::vector<DisruptionAllowance> budgets, Status& why) {
  NodeInfo left = node;
  std::vector<PodInfoPtr> lower;
  for (const auto& p : node.pods)
    if (p->priority < pod.priority) lower.push_back(p);
  if (lower.empty()) {
    why = {Code::unschedulable_and_unresolvable, "No preemption victims found for incoming pod"};
    return std::nullopt;
  }
  for (const auto& p : lower)
    left.remove_pod(p->uid());
  why = fits(left);
  if (!why.ok()) return std::nullopt;

  std::sort(lower.begin(), lower.end(),
            [](const PodInfoPtr& a, const PodInfoPtr& b) { return more_important(*a, *b); });
  std::vector<PodInfoPtr> protected_ones, others;
  for (const auto& p : lower)
    (violates(*p, budgets) ? protected_ones : others).push_back(p);
  // Whoever can stay stays; first those whose leaving would break a budget.
  Victims out{node.name(), {}, 0};
  const auto spare = [&](const PodInfoPtr& p) {
    NodeInfo with = left;
    with.add_pod(p);
    if (!fits(with).ok()) {
      out.pods.push_back(p);
      return false;
    }
    left = std::move(with);
    return true;
  };
  for (const auto& p : protected_ones)
    out.violations += !spare(p);
  for (const auto& p : others)
    spare(p);
  std::sort(out.pods.begin(), out.pods.end(),
            [](const PodInfoPtr& a, const PodInfoPtr& b) { return more_important(*a, *b); });
  if (out.pods.empty()) {
    why = {Code::unschedulable, "No preemption victims found for incoming pod"};
    return std::nullopt;
  }
  return out;
}

const Victims& pick(const std::vector<Victims>& candidates) {
  COX_ASSERT(!candidates.empty(), "nothing to pick from");
  return *std::min_element(candidates.begin(), candidates.end(),
                           [](const Victims& a, const Victims& b) { return harm(a) < harm(b); });
}

std::string not_eligible(const PodInfo& pod, const Snapshot& nodes, const NodeStatuses& refused) {
  if (pod.pod->spec.preemption_policy == "Never") return "not eligible due to preemptionPolicy=Never.";
  const auto& nominated = pod.pod->status.nominated_node_name;
  const auto* node = nominated.empty() ? nullptr : nodes.find(nominated);
  if (!node) return "";
  const auto status = refused.find(nominated);
  if (status != refused.end() && status->second.code == Code::unschedulable_and_unresolvable) return "";
  for (const auto& p : node->pods)
    if (p->pod->metadata.deletion_timestamp && p->priority < pod.priority)
      return "not eligible due to a terminating pod on the nominated node.";
  return "";
}

}  // namespace scheduler::preemption
