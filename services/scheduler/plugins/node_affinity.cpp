#include "scheduler/framework/normalize.hpp"
#include "scheduler/plugins/node_selector.hpp"
#include "scheduler/plugins/registry.hpp"

namespace scheduler::plugins {

namespace {

const api::core::v1::NodeAffinity* affinity_of(const PodInfo& pod) {
  const auto& affinity = pod.pod->spec.affinity;
  return affinity && affinity->node_affinity ? &*affinity->node_affinity : nullptr;
}

/// spec.nodeSelector and node affinity: what is required filters, what is preferred scores.
class NodeAffinity final : public PreFilterPlugin,
                           public FilterPlugin,
                           public PreScorePlugin,
                           public ScorePlugin {
 public:
  std::string_view name() const noexcept override { return "NodeAffinity"; }

  Status pre_filter(CycleState&, const PodInfo& pod, const Snapshot&, NodeNames& only) const override {
    const auto* affinity = affinity_of(pod);
    const bool required = affinity && affinity->required_during_scheduling_ignored_during_execution;
    if (!required && pod.pod->spec.node_selector.empty()) return Code::skip;
    if (!required) return {};
    only = named_nodes(*affinity->required_during_scheduling_ignored_during_execution);
    if (only && only->empty()) return {Code::unschedulable_and_unresolvable, "pod affinity terms conflict"};
    return {};
  }
  Status filter(const CycleState&, const PodInfo& pod, const NodeInfo& node) const override {
    if (matches_required(*pod.pod, *node.node)) return {};
    return {Code::unschedulable_and_unresolvable, "node(s) didn't match Pod's node affinity/selector"};
  }
  Status pre_score(CycleState&, const PodInfo& pod, const std::vector<const NodeInfo*>&) const override {
    const auto* affinity = affinity_of(pod);
    return affinity && !affinity->preferred_during_scheduling_ignored_during_execution.empty() ? Code::success
                                                                                               : Code::skip;
  }
  std::int64_t score(const CycleState&, const PodInfo& pod, const NodeInfo& node) const override {
    std::int64_t sum = 0;
    for (const auto& p : affinity_of(pod)->preferred_during_scheduling_ignored_during_execution) {
      const bool everything = p.preference.match_expressions.empty() && p.preference.match_fields.empty();
      if (everything || matches(p.preference, *node.node)) sum += p.weight;
    }
    return sum;
  }
  void normalize(std::vector<std::int64_t>& scores) const override { normalize_scores(scores, false); }
  std::vector<EventHint> events() const override {
    auto worth = [](const PodInfo& pod, const ClusterEvent& e) {
      return e.node && matches_required(*pod.pod, *e.node) &&
             !(e.old_node && matches_required(*pod.pod, *e.old_node));
    };
    return {{EventResource::node, action::add | action::update_node_label, worth}};
  }
};

}  // namespace

std::unique_ptr<Plugin> make_node_affinity(const PluginContext&) {
  return std::make_unique<NodeAffinity>();
}

}  // namespace scheduler::plugins
