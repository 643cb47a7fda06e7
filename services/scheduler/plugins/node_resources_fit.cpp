#include <algorithm>
#include "scheduler/plugins/registry.hpp"
#include "scheduler/plugins/resource_view.hpp"

namespace scheduler::plugins {

namespace {

/// Refuses nodes without room for the pod's requests; prefers emptier ones (LeastAllocated) or fuller ones
/// (MostAllocated).
class NodeResourcesFit final : public FilterPlugin, public ScorePlugin {
 public:
  explicit NodeResourcesFit(const PluginContext& c)
      : most_(c.most_allocated), resources_(view_of(c.fit_resources)) {}
  std::string_view name() const noexcept override { return "NodeResourcesFit"; }

  Status filter(const CycleState&, const PodInfo& pod, const NodeInfo& node) const override {
    if (fits(pod, node)) return {};
    Status status(Code::unschedulable);
    if (static_cast<std::int64_t>(node.pods.size()) + 1 > node.allowed_pods)
      status.reasons.emplace_back("Too many pods");
    bool ever = true;
    for_each_resource(pod.requests, [&](std::string_view name, std::int64_t wanted) {
      const auto have = amount(node.allocatable, name), used = amount(node.requested, name);
      if (wanted == 0 || wanted <= have - used) return;
      status.reasons.push_back("Insufficient " + std::string(name));
      ever &= wanted <= have;
    });
    // What the node could not even hold when empty, no preemption will make fit.
    if (!ever) status.code = Code::unschedulable_and_unresolvable;
    return status;
  }

  std::int64_t score(const CycleState&, const PodInfo& pod, const NodeInfo& node) const override {
    std::int64_t sum = 0, weights = 0;
    for (const auto& r : resources_) {
      const auto have = r.of(node.allocatable);
      const auto asked = scored(r, pod);
      if (have == 0 || (r.scalar() && asked == 0)) continue;
      const auto used = scored(r, node) + asked;
      weights += r.weight;
      if (used > have) {
        sum += most_ ? score_max * r.weight : 0;
        continue;
      }
      sum += (most_ ? used : have - used) * score_max / have * r.weight;
    }
    return weights == 0 ? 0 : sum / weights;
  }

  std::vector<EventHint> events() const override {
    auto could_hold = [](const PodInfo& pod, const ClusterEvent& e) {
      if (!e.node) return false;
      NodeInfo empty;
      empty.set_node(e.node);
      return fits(pod, empty);
    };
    return {{EventResource::assigned_pod, action::remove | action::update_pod_scale_down, nullptr},
            {EventResource::node, action::add | action::update_node_allocatable, could_hold},
            {EventResource::unscheduled_pod, action::update_pod_scale_down, nullptr}};
  }

 private:
  static bool fits(const PodInfo& pod, const NodeInfo& node) {
    if (static_cast<std::int64_t>(node.pods.size()) + 1 > node.allowed_pods) return false;
    const auto &want = pod.requests, &have = node.allocatable, &used = node.requested;
    if (want.milli_cpu > 0 && want.milli_cpu > have.milli_cpu - used.milli_cpu) return false;
    if (want.memory > 0 && want.memory > have.memory - used.memory) return false;
    if (want.ephemeral_storage > 0 &&
        want.ephemeral_storage > have.ephemeral_storage - used.ephemeral_storage)
      return false;
    return std::all_of(want.scalar.begin(), want.scalar.end(), [&](const auto& s) {
      return s.second == 0 || s.second <= amount(have, s.first) - amount(used, s.first);
    });
  }
  /// cpu and memory count with their defaults, so that pods without requests spread too.
  template <class Of>
  static std::int64_t scored(const ResourceView& r, const Of& of) {
    if (r.kind == ResourceView::Kind::cpu) return of.scored_milli_cpu;
    if (r.kind == ResourceView::Kind::memory) return of.scored_memory;
    return r.of(requested(of));
  }
  static const Resources& requested(const PodInfo& p) { return p.requests; }
  static const Resources& requested(const NodeInfo& n) { return n.requested; }

  bool most_;
  std::vector<ResourceView> resources_;
};

}  // namespace

std::unique_ptr<Plugin> make_node_resources_fit(const PluginContext& c) {
  return std::make_unique<NodeResourcesFit>(c);
}

}  // namespace scheduler::plugins
