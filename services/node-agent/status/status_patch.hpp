#pragma once
#include <boost/json/value.hpp>
#include "api/types/core_v1.hpp"

namespace node_agent::status {

/// The strategic merge patch that turns `known` into `wanted`: only what differs, so that conditions set by
/// others meanwhile stay. Null when nothing differs. The patch holds for this `uid` alone.
boost::json::value status_patch(const std::string& uid, const api::core::v1::PodStatus& known,
                                const api::core::v1::PodStatus& wanted);

}  // namespace node_agent::status
