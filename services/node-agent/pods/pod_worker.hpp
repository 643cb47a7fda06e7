#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include "api/types/core_v1.hpp"
#include "base/async.hpp"
#include "base/clock.hpp"
#include "node-agent/pods/actions.hpp"
#include "node-agent/pods/pod_host.hpp"
#include "node-agent/pods/pod_probes.hpp"
#include "node-agent/pods/restart_backoff.hpp"
#include "node-agent/status/status_manager.hpp"

namespace node_agent::pods {

/// Where events about pods go. `field_path`: "spec.containers{web}" or empty.
using EventSink = std::function<void(const api::core::v1::Pod& pod, std::string field_path, std::string type,
                                     std::string reason, std::string message)>;

/// Hears how long things took, for metrics. Called on the node's strand.
class WorkerObserver {
 public:
  virtual ~WorkerObserver() = default;
  /// `operation`: "create" for a worker's first round, "terminating" for one that ends the pod, else "sync".
  virtual void synced(std::string_view operation, std::chrono::nanoseconds took) = 0;
  /// The pod runs for the first time: so long after this node, and the API, first knew of it.
  virtual void pod_started(std::chrono::nanoseconds since_seen, std::chrono::nanoseconds since_created) = 0;
};

/// What the workers of a node share. Outlives them.
struct WorkerContext {
  base::Executor strand;
  PodHost& host;
  status::StatusManager& statuses;
  base::TaskGroup& tasks;
  const base::Clock& clock;
  EventSink events;
  std::string host_ip;
  WorkerObserver* observer = nullptr;  ///< Null: nobody listens.
};

/// Drives one pod from its spec and what runs to its status: looks, decides (compute_pod_actions), acts,
/// reports, and waits for news. Belongs to the node's strand. Life: syncing until the pod is deleted (or
/// given up), then ending (hooks, SIGTERM, SIGKILL after the grace period), then finished: nothing of it is
/// left here.
class PodWorker : public std::enable_shared_from_this<PodWorker> {
 public:
  using PodPtr = PodHost::PodPtr;
  PodWorker(WorkerContext& context, PodPtr pod);

  /// Until finished. Started once, as a task that keeps the worker alive.
  base::Awaitable<void> run();
  /// The pod as the API has it now.
  void update(PodPtr pod);
  /// The API has the pod no longer: it ends, and nothing more is written about it.
  void removed();
  /// Something happened to its containers.
  void wake() { wake_.set(); }
  /// The node does not take the pod: it is reported as Failed and nothing of it is run.
  void reject(status::WaitingReason reason);

  const PodPtr& pod() const noexcept { return pod_; }
  const status::PodView& view() const noexcept { return view_; }
  /// As last reported.
  const api::core::v1::PodStatus& status() const noexcept { return status_; }
  bool finished() const noexcept { return finished_; }
  /// Counts against the node's resources: not ended.
  bool active() const noexcept;

 private:
  base::Awaitable<void> timed_sync();
  base::Awaitable<void> sync();
  base::Awaitable<bool> look();
  base::Awaitable<void> act(PodActions actions);
  base::Awaitable<bool> make_sandbox(int attempt);
  base::Awaitable<bool> prepare();
  base::Awaitable<void> start(api::core::v1::Container container);
  base::Awaitable<void> post_start(api::core::v1::Container container, std::string id);
  void failed(const HostFailure& failure);
  bool backs_off(const api::core::v1::Container& container, const std::string& path);
  int next_restart_count(const api::core::v1::Container& container, bool init) const;
  void forget_old_containers();

  // Ending; in pod_worker_stop.cpp.
  base::Awaitable<void> end();
  base::Awaitable<void> wind_down();
  base::Awaitable<void> stop_all(std::chrono::seconds grace);
  base::Awaitable<void> stop_these(std::vector<KillContainer> which, std::chrono::seconds grace);
  base::Awaitable<void> stop_one(KillContainer what, std::chrono::seconds grace);
  base::Awaitable<void> stop_sandboxes();
  std::chrono::seconds grace_period() const;
  std::chrono::seconds grace_of(const KillContainer& what) const;
  const api::core::v1::Container* container_spec(const std::string& name) const;
  std::string field_path(const std::string& container) const;

  bool ending() const noexcept { return removed_ || pod_->metadata.deletion_timestamp.has_value(); }
  void report();
  void note_start();
  void note_deadline();
  void retry_in(std::chrono::nanoseconds delay);
  std::string ip() const;

  WorkerContext& context_;
  PodPtr pod_;
  status::PodView view_;
  api::core::v1::PodStatus status_;  ///< As last generated.
  std::shared_ptr<PodProbes> probes_;
  RestartBackoff backoff_;
  std::map<std::string, status::WaitingReason> waiting_;
  std::optional<status::WaitingReason> failure_;
  base::Event wake_;
  base::SystemTime next_sync_{};
  std::chrono::nanoseconds retry_delay_{};  ///< Of what failed last; doubled each time it fails again.
  std::set<std::string> stopping_;          ///< Ids of containers being stopped.
  base::SteadyTime first_seen_;
  bool first_round_ = true, seen_running_;  ///< The second is true once the API was told of phase Running.
  bool removed_ = false, ended_ = false, finished_ = false;
};

}  // namespace node_agent::pods
