#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>
#include "api/types/core_v1.hpp"
#include "node-agent/status/pod_view.hpp"

namespace node_agent::pods {

/// What a pod takes from its node: the sum over its containers (and sidecars), at least what an init
/// container needs while it runs, plus the overhead. Source: "Resource Management for Pods and Containers",
/// KEP-753.
std::map<std::string, api::Quantity> pod_requests(const api::core::v1::PodSpec& spec);

/// Why the node does not take `pod` beside `active` ones; none: it does. Checked on the node again because
/// two binders, or a pod bound by hand, may have promised the same room twice.
std::optional<status::WaitingReason> admit(
    const api::core::v1::Pod& pod, const std::vector<std::shared_ptr<const api::core::v1::Pod>>& active,
    const std::map<std::string, api::Quantity>& allocatable);

}  // namespace node_agent::pods
