#pragma once
#include <optional>
#include "api/selector.hpp"
#include "controllers/frame/controller.hpp"
#include "controllers/replicaset/replicas.hpp"
#include "controllers/replicaset/source.hpp"
#include "controllers/workload/expectations.hpp"

namespace controllers::replicaset {

/// Keeps the number of pods a set asks for: adopts and releases, creates and deletes, reports.
/// Pods created or deleted and not yet seen hold a set's next step up (Expectations).
class SetLoop final : public Loop {
 public:
  SetLoop(const Context& context, std::string queue_name, int workers, std::unique_ptr<Source> source);
  base::Awaitable<base::Result<client::ReconcileResult>> reconcile(std::string key) override;

 private:
  using Failed = std::optional<base::Error>;

  void watch_sets();
  void watch_pods();
  void pod_added(const PodPtr& pod);
  void pod_updated(const PodPtr& old, const PodPtr& now);
  void pod_deleted(const PodPtr& pod);
  void enqueue_matching(const workload::Pod& orphan);
  /// The set a pod's controller reference means, if it is one of ours and still the same object.
  SetPtr resolve(const workload::Pod& pod) const;

  base::Awaitable<base::Result<std::vector<PodPtr>>> claim(SetPtr rs, api::LabelSelector selector);
  base::Awaitable<base::Result<bool>> adopt(SetPtr rs, PodPtr pod);
  base::Awaitable<base::Result<void>> release(SetPtr rs, PodPtr pod);
  std::vector<PodPtr> related_pods(const ReplicaSet& rs) const;

  base::Awaitable<Failed> manage(SetPtr rs, Plan plan);
  base::Awaitable<Failed> create_pods(SetPtr rs, int count);
  base::Awaitable<Failed> create_pod(SetPtr rs);
  base::Awaitable<Failed> delete_pods(SetPtr rs, std::vector<PodPtr> pods);
  base::Awaitable<Failed> delete_pod(SetPtr rs, PodPtr pod);
  base::Awaitable<base::Result<void>> write_status(SetPtr rs, ReplicaSetStatus status);

  void record(const ReplicaSet& rs, const char* type, const char* reason, std::string message);

  std::unique_ptr<Source> source_;
  client::Informer<workload::Pod>& pods_;
  workload::Expectations expectations_;
};

}  // namespace controllers::replicaset
