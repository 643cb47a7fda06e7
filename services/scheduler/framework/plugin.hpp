#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>
#include "base/async.hpp"
#include "scheduler/framework/cluster_event.hpp"
#include "scheduler/framework/node_info.hpp"
#include "scheduler/framework/snapshot.hpp"
#include "scheduler/framework/status.hpp"

/// The extension points of the scheduler. A plugin is one class that implements the points it cares about;
/// the framework finds out which. Plugins are shared by all cycles; what belongs to one cycle goes into its
/// CycleState. Everything but PreBind and Bind is synchronous and runs on the scheduler's strand. Source:
/// KEP-624.
namespace scheduler {

inline constexpr std::int64_t score_max = 100;

class Framework;
class Plugin;

/// What plugins keep about one pod between the points of one cycle, by plugin.
class CycleState {
 public:
  struct Data {
    virtual ~Data() = default;
  };
  void write(const void* owner, std::shared_ptr<Data> data);
  /// Null if `owner` wrote nothing.
  template <class T>
  const T* read(const void* owner) const {
    for (const auto& [who, data] : data_)
      if (who == owner) return static_cast<const T*>(data.get());
    return nullptr;
  }
  /// Plugins whose PreFilter or PreScore had nothing to say: their Filter or Score is left out of this cycle.
  std::vector<const Plugin*> skipped_filters, skipped_scores;

 private:
  std::vector<std::pair<const void*, std::shared_ptr<Data>>> data_;
};

class Plugin {
 public:
  virtual ~Plugin() = default;
  virtual std::string_view name() const noexcept = 0;
  /// Called once, when all plugins are made.
  virtual void attach(const Framework&) {}
  /// What may make a pod schedulable that this plugin rejected.
  virtual std::vector<EventHint> events() const { return {}; }
};

/// A pod in the queue, as the sort sees it.
struct QueuedPod {
  PodInfoPtr pod;
  std::chrono::steady_clock::time_point queued_at{};  ///< When it entered the queue this time.
  std::chrono::steady_clock::time_point first_seen{};
  int attempts = 0;
  std::uint64_t sequence = 0;         ///< Order of arrival, where times are equal.
  std::set<std::string> rejected_by;  ///< Plugins of the last attempt; empty after an error.
  bool gated = false;
};

class PreEnqueuePlugin : public virtual Plugin {
 public:
  virtual Status pre_enqueue(const PodInfo& pod) const = 0;
};
class QueueSortPlugin : public virtual Plugin {
 public:
  virtual bool less(const QueuedPod& a, const QueuedPod& b) const = 0;
};
/// The nodes a PreFilter leaves; empty optional: all.
using NodeNames = std::optional<std::set<std::string>>;
class PreFilterPlugin : public virtual Plugin {
 public:
  /// `skip`: this plugin's filter has nothing to say about the pod.
  virtual Status pre_filter(CycleState& state, const PodInfo& pod, const Snapshot& nodes,
                            NodeNames& only) const = 0;
};
class FilterPlugin : public virtual Plugin {
 public:
  virtual Status filter(const CycleState& state, const PodInfo& pod, const NodeInfo& node) const = 0;
};
/// Node name to why it was refused.
using NodeStatuses = std::map<std::string, Status>;
/// Where room is made, and who has to go for it.
struct PostFilterResult {
  std::string nominated;
  std::vector<PodInfoPtr> victims;
  bool hopeless = false;  ///< No node was found: a nomination of before no longer holds.
};
class PostFilterPlugin : public virtual Plugin {
 public:
  /// Success names a node to nominate; `unschedulable` carries what people should read.
  virtual Status post_filter(CycleState& state, const PodInfo& pod, const Snapshot& nodes,
                             const NodeStatuses& refused, PostFilterResult& result) const = 0;
};
class PreScorePlugin : public virtual Plugin {
 public:
  virtual Status pre_score(CycleState& state, const PodInfo& pod,
                           const std::vector<const NodeInfo*>& nodes) const = 0;
};
class ScorePlugin : public virtual Plugin {
 public:
  virtual std::int64_t score(const CycleState& state, const PodInfo& pod, const NodeInfo& node) const = 0;
  /// Brings the scores of all nodes into 0..score_max, in place.
  virtual void normalize(std::vector<std::int64_t>&) const {}
};
class ReservePlugin : public virtual Plugin {
 public:
  virtual Status reserve(CycleState& state, const PodInfo& pod, const std::string& node) = 0;
  virtual void unreserve(CycleState& state, const PodInfo& pod, const std::string& node) = 0;
};
class PermitPlugin : public virtual Plugin {
 public:
  /// `wait` with a time-out holds the pod until someone allows or rejects it.
  virtual std::pair<Status, std::chrono::nanoseconds> permit(CycleState& state, const PodInfo& pod,
                                                             const std::string& node) = 0;
};
using CycleStatePtr = std::shared_ptr<CycleState>;
class PreBindPlugin : public virtual Plugin {
 public:
  virtual base::Awaitable<Status> pre_bind(CycleStatePtr state, PodInfoPtr pod, std::string node) = 0;
};
class BindPlugin : public virtual Plugin {
 public:
  /// `skip`: the next one shall do it.
  virtual base::Awaitable<Status> bind(CycleStatePtr state, PodInfoPtr pod, std::string node) = 0;
};
class PostBindPlugin : public virtual Plugin {
 public:
  virtual void post_bind(CycleState& state, const PodInfo& pod, const std::string& node) = 0;
};

}  // namespace scheduler
