#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>
#include "api/types/core_v1.hpp"
#include "base/async.hpp"
#include "node-agent/environment/environment.hpp"
#include "node-agent/runtime/runtime.hpp"

namespace node_agent::volumes {

/// The volumes of the pods of a node. Belongs to the node's strand; one call for a pod at a time.
class VolumeManager {
 public:
  using PodPtr = std::shared_ptr<const api::core::v1::Pod>;
  virtual ~VolumeManager() = default;

  /// Makes every volume of the pod that is not there, and brings what is in the others up to date; quick when
  /// nothing has changed. Error: the text of a FailedMount event.
  virtual base::Awaitable<base::Result<void>> set_up(PodPtr pod) = 0;
  /// What `container` mounts, after `set_up`. `variables` are for subPathExpr. Errors: what the container's
  /// CreateContainerConfigError shows.
  virtual base::Awaitable<base::Result<std::vector<runtime::Mount>>> mounts(
      PodPtr pod, api::core::v1::Container container, environment::Variables variables) = 0;
  /// Everything of the pod's volumes that lies on this node is gone then (not what a hostPath names).
  virtual base::Awaitable<base::Result<void>> tear_down(std::string pod_uid) = 0;
  /// What the node can give its pods, for files of the downward API.
  virtual void set_node_allocatable(std::map<std::string, api::Quantity> allocatable) = 0;
};

/// For a runtime that only pretends: every volume is there at once, and nothing is read or written.
class HollowVolumes final : public VolumeManager {
 public:
  base::Awaitable<base::Result<void>> set_up(PodPtr) override { co_return base::Result<void>(); }
  base::Awaitable<base::Result<std::vector<runtime::Mount>>> mounts(PodPtr, api::core::v1::Container,
                                                                    environment::Variables) override {
    co_return std::vector<runtime::Mount>();
  }
  base::Awaitable<base::Result<void>> tear_down(std::string) override { co_return base::Result<void>(); }
  void set_node_allocatable(std::map<std::string, api::Quantity>) override {}
};

}  // namespace node_agent::volumes
