#pragma once
#include <map>
#include "controllers/frame/controller.hpp"
#include "controllers/tainteviction/toleration.hpp"
#include "controllers/workload/pod.hpp"

namespace controllers::tainteviction {

Descriptor descriptor();

/// Deletes pods that do not tolerate, or no longer, the NoExecute taints of their node. The time runs from
/// when this process saw the pod under the taints; it starts again after a restart, as upstream's does.
class EvictionLoop final : public Loop {
 public:
  explicit EvictionLoop(const Context& context);
  base::Awaitable<base::Result<client::ReconcileResult>> reconcile(std::string key) override;

 private:
  using Node = api::core::v1::Node;
  using PodPtr = workload::PodPtr;
  struct Scheduled {
    std::string uid;
    base::SystemTime since;
    base::SystemTime due;
  };

  void watch_nodes();
  void watch_pods();
  std::vector<Taint> taints_of(const std::string& node) const;
  void cancel(const std::string& key, const PodPtr& pod);
  base::Awaitable<base::Result<void>> evict(PodPtr pod);
  base::Awaitable<base::Result<void>> mark(PodPtr pod);
  void record(const workload::Pod& pod, const char* what);

  client::Informer<Node>& nodes_;
  client::Informer<workload::Pod>& pods_;
  std::map<std::string, Scheduled> scheduled_;  ///< By pod; only of pods that exist.
};

}  // namespace controllers::tainteviction
