#pragma once
#include <map>
#include <string>
#include <vector>
#include "api/types/core_v1.hpp"
#include "base/error.hpp"

/// What a pod may be told about itself: the downward API, for variables and for files. Pure.
namespace node_agent::environment {

/// What the node knows of a pod besides the pod itself.
struct PodFacts {
  std::vector<std::string> pod_ips, host_ips;             ///< First: the primary ones.
  std::map<std::string, api::Quantity> node_allocatable;  ///< Limits of a container that has none.
};

/// `metadata.name`, `metadata.labels['app']`, `metadata.annotations` (one key="value" a line),
/// `status.podIP`,
/// ... Error: invalid_argument ("unsupported fieldPath: x").
/// Source: "Downward API" in the Kubernetes reference.
base::Result<std::string> field_value(const api::core::v1::Pod& pod, const std::string& field_path,
                                      const PodFacts& facts);

/// `limits.cpu`, `requests.memory`, ... of the container that `ref` names, or of `container` when it names
/// none; divided by the divisor and rounded up. Errors: invalid_argument, not_found (no such container).
base::Result<std::string> resource_value(const api::core::v1::Pod& pod, const std::string& container,
                                         const api::core::v1::ResourceFieldSelector& ref,
                                         const PodFacts& facts);

}  // namespace node_agent::environment
