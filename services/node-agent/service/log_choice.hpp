#pragma once
#include <string>
#include "api/types/core_v1.hpp"
#include "base/error.hpp"

namespace node_agent {

/// The id of the container of `pod` (with its latest status) whose log answers a request: the running one, or
/// the one that ended last; with `previous`, the one before. Pure. Errors, in the kubelet's words: not_found
/// (no container of that name), invalid_argument (nothing was logged yet).
base::Result<std::string> container_of_log(const api::core::v1::Pod& pod, const std::string& container,
                                           bool previous);

/// The container meant by `name`; empty: the pod's first. Error: not_found, "container \"x\" not found in pod
/// \"y\"".
base::Result<std::string> container_named(const api::core::v1::Pod& pod, const std::string& name);

}  // namespace node_agent
