#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>
#include "node-agent/pods/pod_worker.hpp"

namespace node_agent::pods {

/// The pods of one node: a worker each, from the API's point of view to the machine's. Belongs to the node's
/// strand.
class PodManager {
 public:
  using PodPtr = PodHost::PodPtr;
  explicit PodManager(WorkerContext& context) : context_(context) {}

  /// What the node can give; pods past it are rejected. Before the first pod.
  void set_allocatable(std::map<std::string, api::Quantity> allocatable) {
    allocatable_ = std::move(allocatable);
  }
  /// The API has this pod, new or changed.
  void put(const PodPtr& pod);
  /// The API has it no longer.
  void remove(const PodPtr& pod);
  /// Ends pods that are on the machine but not in the API. Once, after the first list of pods has been `put`.
  base::Awaitable<void> remove_orphans();
  /// Something happened to the pod's containers.
  void wake(const std::string& uid);

  std::shared_ptr<PodWorker> find(const std::string& ns, const std::string& name) const;
  std::vector<std::shared_ptr<PodWorker>> list() const;

 private:
  void start(const PodPtr& pod);
  base::Awaitable<void> run(std::shared_ptr<PodWorker> worker);
  base::Awaitable<void> remove_orphan(PodIdentity orphan);

  WorkerContext& context_;
  std::map<std::string, api::Quantity> allocatable_;
  std::map<std::string, std::shared_ptr<PodWorker>> workers_;  ///< By uid; gone once finished.
};

}  // namespace node_agent::pods
