#pragma once
#include <boost/json/object.hpp>
#include <string>
#include <vector>

namespace apiserver::admission {

/// The labels that differ between `before` and `after` (either may be null) and that a node may not set on
/// itself: everything below kubernetes.io and k8s.io but the well-known ones and those below
/// kubelet.kubernetes.io and node.kubernetes.io, and all of node-restriction.kubernetes.io. Sorted. Source:
/// KEP-279.
std::vector<std::string> forbidden_node_labels(const boost::json::object* before,
                                               const boost::json::object* after);

}  // namespace apiserver::admission
