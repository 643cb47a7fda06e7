#pragma once
#include "api/selector.hpp"
#include "controllers/deployment/replica_sets.hpp"
#include "controllers/deployment/scaling.hpp"
#include "controllers/frame/controller.hpp"
#include "controllers/workload/pod.hpp"

namespace controllers::deployment {

Descriptor descriptor();

/// Carries Deployments from one template to the next through ReplicaSets. One pass reads the cache, takes at
/// most one step of scaling and writes the status; what it changed wakes it again.
class DeploymentLoop final : public Loop {
 public:
  explicit DeploymentLoop(const Context& context);
  base::Awaitable<base::Result<client::ReconcileResult>> reconcile(std::string key) override;

 private:
  using DeploymentPtr = std::shared_ptr<const Deployment>;
  using SetPtr = std::shared_ptr<const ReplicaSet>;
  using Done = base::Result<client::ReconcileResult>;

  // What wakes a Deployment (deployment_events.cpp).
  void watch_deployments();
  void watch_sets();
  void watch_pods();
  void enqueue_matching(const ReplicaSet& orphan);
  DeploymentPtr resolve(const api::meta::v1::ObjectMeta& meta) const;
  DeploymentPtr deployment_of(const workload::Pod& pod) const;

  // Adoption (deployment_events.cpp).
  base::Awaitable<base::Result<std::vector<SetPtr>>> claim(DeploymentPtr d, api::LabelSelector selector);
  base::Awaitable<base::Result<bool>> adopt(DeploymentPtr d, SetPtr rs);

  // The paths of one pass; `d` is a copy they may write on.
  base::Awaitable<Done> only_report(std::shared_ptr<Deployment> d, ReplicaSets sets);
  base::Awaitable<Done> resize(std::shared_ptr<Deployment> d, ReplicaSets sets);
  base::Awaitable<Done> roll(std::shared_ptr<Deployment> d, ReplicaSets sets);
  base::Awaitable<Done> recreate(std::shared_ptr<Deployment> d, ReplicaSets sets);
  base::Awaitable<Done> report_rollout(std::shared_ptr<Deployment> d, ReplicaSets sets);
  bool old_pods_running(const ReplicaSets& sets) const;

  // Steps (deployment_steps.cpp).
  /// Brings the current set's annotations and the revision up to date; makes it where it is missing and
  /// `create`.
  base::Awaitable<base::Result<ReplicaSets>> sync_current(std::shared_ptr<Deployment> d, ReplicaSets sets,
                                                          bool create);
  base::Awaitable<base::Result<SetPtr>> update_current(std::shared_ptr<Deployment> d, SetPtr rs,
                                                       std::int64_t revision);
  base::Awaitable<base::Result<SetPtr>> make_current(std::shared_ptr<Deployment> d, ReplicaSets sets);
  base::Awaitable<base::Error> creation_failed(std::shared_ptr<Deployment> d, std::string name,
                                               base::Error error);
  base::Awaitable<base::Result<void>> scale(std::shared_ptr<Deployment> d, std::vector<ScaleStep> steps);
  base::Awaitable<base::Result<void>> clean_up(std::shared_ptr<Deployment> d, ReplicaSets sets);
  base::Awaitable<base::Result<void>> set_pause_condition(std::shared_ptr<Deployment> d);
  /// Writes `d` with its status and annotations, and takes over the new resourceVersion.
  base::Awaitable<base::Result<void>> write_status(std::shared_ptr<Deployment> d);

  client::Informer<Deployment>& deployments_;
  client::Informer<ReplicaSet>& sets_;
  client::Informer<workload::Pod>& pods_;
};

}  // namespace controllers::deployment
