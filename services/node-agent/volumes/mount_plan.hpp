#pragma once
#include <string>
#include <vector>
#include "api/types/core_v1.hpp"
#include "base/error.hpp"
#include "node-agent/environment/environment.hpp"
#include "node-agent/runtime/runtime.hpp"

namespace node_agent::volumes {

/// A mount of a container; `subpath` has still to be found in its volume.
struct PlannedMount {
  runtime::Mount mount;  ///< host_path: the whole volume.
  std::string subpath;
  bool create = false;  ///< A missing directory of the subpath is made.
  std::string bind_at;  ///< Where what the subpath names is held fast, if mounting is permitted.
  std::string volume, container;
};

/// `<pod>/volumes/kubernetes.io~configmap/conf`; a hostPath's own path. The volume's type must be known.
std::string volume_directory(const std::string& pod_directory, const api::core::v1::Volume& volume);

/// What `container` mounts. Pure. Errors: a volume that is not there; a subPath that is absolute, goes up or
/// has variables that do not exist.
base::Result<std::vector<PlannedMount>> plan_mounts(const api::core::v1::Pod& pod,
                                                    const api::core::v1::Container& container,
                                                    const environment::Variables& variables,
                                                    const std::string& pod_directory);

/// Finds the subpaths and holds them: a container that swaps a link for them later changes nothing. Blocking.
/// Error: "failed to prepare subPath for volumeMount ...".
base::Result<std::vector<runtime::Mount>> make_mounts(const std::vector<PlannedMount>& planned);

}  // namespace node_agent::volumes
