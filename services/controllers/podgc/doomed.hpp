#pragma once
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>
#include "controllers/workload/pod.hpp"

/// Pods that nobody else will delete. Pure. Source: the page on the pod lifecycle, "Garbage collection of
/// Pods".
namespace controllers::podgc {

using api::core::v1::Node;
using workload::Pod;
using workload::PodPtr;

/// The finished pods over `threshold`: evicted ones first, then the oldest. A threshold of 0 or less: none.
std::vector<PodPtr> surplus_finished(const std::vector<PodPtr>& pods, int threshold);

/// Being deleted, and never bound to a node that would end them.
std::vector<PodPtr> unscheduled_terminating(const std::vector<PodPtr>& pods);

/// Being deleted on a node that is not ready and that somebody declared out of service (KEP-2268). `node_of`:
/// null where there is no such node.
std::vector<PodPtr> out_of_service_terminating(const std::vector<PodPtr>& pods,
                                               const std::function<const Node*(const std::string&)>& node_of);

/// Nodes that pods are bound to and that do not exist. Whether one is gone for good is only asked after it
/// has been missing for a while: our view of nodes may lag behind that of pods.
class Quarantine {
 public:
  static constexpr std::chrono::seconds time{40};
  /// The nodes that have been missing for long enough.
  std::set<std::string> observe(const std::vector<PodPtr>& pods,
                                const std::function<const Node*(const std::string&)>& node_of,
                                base::SystemTime now);

 private:
  std::map<std::string, base::SystemTime> missing_since_;
};

}  // namespace controllers::podgc
