#pragma once
#include <map>
#include <memory>
#include <string>
#include "base/async.hpp"
#include "node-agent/objects/object_source.hpp"
#include "node-agent/objects/tokens.hpp"
#include "node-agent/volumes/volume_manager.hpp"

namespace node_agent::volumes {

/// Volumes on this machine's disk, below `<root>/pods/<uid>/volumes`, where the kubelet has them. What is
/// secret lies in memory (tmpfs) where that is permitted, else on disk, where other users of the machine
/// cannot go.
class PodVolumes final : public VolumeManager {
 public:
  /// `objects` and `tokens` outlive it. Blocking work goes to `pool`.
  PodVolumes(base::Executor pool, objects::ObjectSource& objects, objects::Tokens& tokens, std::string root);
  ~PodVolumes() override;

  base::Awaitable<base::Result<void>> set_up(PodPtr pod) override;
  base::Awaitable<base::Result<std::vector<runtime::Mount>>> mounts(
      PodPtr pod, api::core::v1::Container container, environment::Variables variables) override;
  base::Awaitable<base::Result<void>> tear_down(std::string pod_uid) override;
  void set_node_allocatable(std::map<std::string, api::Quantity> allocatable) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace node_agent::volumes
