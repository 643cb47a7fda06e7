#pragma once
#include <boost/json/object.hpp>
#include <vector>

namespace apiserver::admission {

/// system-node-critical and system-cluster-critical, which every cluster has: the API server creates them at
/// start-up. Until then the Priority plugin knows them anyway.
std::vector<boost::json::object> system_priority_classes();

}  // namespace apiserver::admission
