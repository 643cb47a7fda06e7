#pragma once
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>
#include "scheduler/framework/plugin.hpp"
#include "scheduler/plugins/registry.hpp"

namespace scheduler {

/// The plugins of one profile, sorted into their extension points, and how each point is run.
/// Thread-compatible; everything but the binding points is synchronous.
class Framework {
 public:
  /// `entries` in order. Asserts that names are unique, that exactly one sorts the queue and at least one
  /// binds.
  Framework(std::span<const PluginEntry> entries, const PluginContext& context);
  Framework(const Framework&) = delete;
  Framework& operator=(const Framework&) = delete;

  /// The first rejection, or success.
  Status pre_enqueue(const PodInfo& pod) const;
  bool less(const QueuedPod& a, const QueuedPod& b) const { return sort_->less(a, b); }
  /// The nodes left by all plugins. A rejection ends it.
  struct Narrowed {
    NodeNames only;
    std::set<std::string> by;  ///< The plugins that left some out.
    std::string reason() const;
  };
  Status pre_filter(CycleState& state, const PodInfo& pod, const Snapshot& nodes, Narrowed& narrowed) const;
  /// The first rejection, or success. Hot: called for each node.
  Status filter(const CycleState& state, const PodInfo& pod, const NodeInfo& node) const;
  /// Success with a node to nominate, or `unschedulable` with the reasons of all plugins; `skip` if there is
  /// none.
  Status post_filter(CycleState& state, const PodInfo& pod, const Snapshot& nodes,
                     const NodeStatuses& refused, PostFilterResult& result) const;
  /// The weighted sum for each of `nodes`, in their order.
  Status score(CycleState& state, const PodInfo& pod, const std::vector<const NodeInfo*>& nodes,
               std::vector<std::int64_t>& totals) const;
  /// All or nothing: a failure takes back what was reserved.
  Status reserve(CycleState& state, const PodInfo& pod, const std::string& node) const;
  void unreserve(CycleState& state, const PodInfo& pod, const std::string& node) const;
  /// `wait` if a plugin wants to; the longest time-out in `timeout`.
  Status permit(CycleState& state, const PodInfo& pod, const std::string& node,
                std::chrono::nanoseconds& timeout) const;
  base::Awaitable<Status> pre_bind(CycleStatePtr state, PodInfoPtr pod, std::string node) const;
  base::Awaitable<Status> bind(CycleStatePtr state, PodInfoPtr pod, std::string node) const;
  void post_bind(CycleState& state, const PodInfo& pod, const std::string& node) const;

  /// False if no plugin registered for what happened.
  bool cares(const ClusterEvent& event) const;
  /// True if the event may help a pod these plugins rejected.
  bool worth_retry(const std::set<std::string>& rejected_by, const PodInfo& pod,
                   const ClusterEvent& event) const;

 private:
  struct Scorer {
    ScorePlugin* plugin;
    std::int64_t weight;
  };
  void sort_in(Plugin& plugin, std::int64_t weight);

  std::vector<std::unique_ptr<Plugin>> plugins_;
  std::map<std::string, std::vector<EventHint>, std::less<>> hints_;
  QueueSortPlugin* sort_ = nullptr;
  std::vector<PreEnqueuePlugin*> pre_enqueue_;
  std::vector<PreFilterPlugin*> pre_filter_;
  std::vector<FilterPlugin*> filter_;
  std::vector<PostFilterPlugin*> post_filter_;
  std::vector<PreScorePlugin*> pre_score_;
  std::vector<Scorer> score_;
  std::vector<ReservePlugin*> reserve_;
  std::vector<PermitPlugin*> permit_;
  std::vector<PreBindPlugin*> pre_bind_;
  std::vector<BindPlugin*> bind_;
  std::vector<PostBindPlugin*> post_bind_;
};

}  // namespace scheduler
