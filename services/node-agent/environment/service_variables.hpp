#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>
#include "api/types/core_v1.hpp"

namespace node_agent::environment {

/// The variables by which containers find services: WEB_SERVICE_HOST, WEB_SERVICE_PORT, WEB_PORT_80_TCP_ADDR,
/// ... `own`: services of the pod's namespace, left out unless `links`; `masters`: of namespace default, of
/// which only "kubernetes" counts. Services without a cluster address are left out. Pure.
/// Source: "Discovering services" in the Kubernetes reference.
std::map<std::string, std::string> service_variables(
    const std::vector<std::shared_ptr<const api::core::v1::Service>>& own,
    const std::vector<std::shared_ptr<const api::core::v1::Service>>& masters, bool links);

}  // namespace node_agent::environment
