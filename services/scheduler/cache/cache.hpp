#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include "scheduler/framework/node_info.hpp"
#include "scheduler/framework/snapshot.hpp"

namespace scheduler {

/// What the scheduler believes about nodes and the pods on them. A pod is assumed on a node the moment it is
/// chosen, so that the next pod sees its place as taken, and confirmed when the API server tells that it is
/// bound. Pure; belongs to the scheduler's strand.
class Cache {
 public:
  void put_node(NodePtr node);
  /// Its pods stay known until they are told to be gone.
  void remove_node(const std::string& name);

  /// Places a pod that is not bound yet. Asserts that it is not placed.
  void assume(const PodInfoPtr& pod, const std::string& node);
  /// Takes an assumption back; nothing happens if the pod was confirmed meanwhile.
  void forget(const std::string& uid);
  /// The API server's word: the pod is on its spec.nodeName, whatever was assumed.
  void put_pod(const PodInfoPtr& pod);
  void remove_pod(const std::string& uid);
  bool assumed(const std::string& uid) const;
  bool holds(const std::string& uid) const { return places_.contains(uid); }

  /// Brings `snapshot` up to date; copies only nodes that changed since it was last brought.
  void update(Snapshot& snapshot) const;

  std::size_t nodes() const noexcept { return known_; }
  std::size_t pods() const noexcept { return places_.size(); }
  std::size_t assumed_pods() const noexcept { return assumed_; }

 private:
  struct Place {
    std::string node;
    bool assumed = false;
  };
  void touch(const std::string& name);
  void place(const PodInfoPtr& pod, const std::string& node, bool assumed);
  void take_off(const std::string& uid);

  std::map<std::string, NodeInfo> nodes_;
  std::map<std::uint64_t, std::string>
      by_generation_;                              ///< Latest change of each node: what a snapshot lacks.
  std::unordered_map<std::string, Place> places_;  ///< By pod uid.
  std::uint64_t generation_ = 0, order_ = 1;       ///< `order_` changes with the set of nodes.
  std::size_t known_ = 0, assumed_ = 0;
};

}  // namespace scheduler
