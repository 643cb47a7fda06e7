#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>
#include "api/types/core_v1.hpp"
#include "scheduler/framework/resources.hpp"

namespace scheduler {

using PodPtr = std::shared_ptr<const api::core::v1::Pod>;
using NodePtr = std::shared_ptr<const api::core::v1::Node>;

/// A pod and what plugins ask of it over and over, computed once. Immutable.
struct PodInfo {
  PodPtr pod;
  Resources requests;
  std::int64_t scored_milli_cpu = 0, scored_memory = 0;  ///< Requests with defaults, for scoring.
  std::vector<HostPort> ports;
  std::int32_t priority = 0;

  static std::shared_ptr<const PodInfo> make(PodPtr pod);
  const std::string& uid() const noexcept { return pod->metadata.uid; }
  std::string key() const { return pod->metadata.namespace_ + "/" + pod->metadata.name; }
};
using PodInfoPtr = std::shared_ptr<const PodInfo>;

/// A node, the pods on it (assumed ones included), and their sums.
struct NodeInfo {
  NodePtr node;  ///< Null while only its pods are known.
  Resources allocatable, requested;
  std::int64_t allowed_pods = 0;
  std::int64_t scored_milli_cpu = 0, scored_memory = 0;
  std::vector<PodInfoPtr> pods;
  std::vector<HostPort> ports;
  std::uint64_t generation = 0;  ///< Raised by every change.

  const std::string& name() const noexcept { return node->metadata.name; }
  void set_node(NodePtr n);
  void add_pod(const PodInfoPtr& pod);
  /// False if it is not there (by uid).
  bool remove_pod(const std::string& uid);
};

}  // namespace scheduler
