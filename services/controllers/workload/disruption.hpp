#pragma once
#include <boost/json/value.hpp>
#include <optional>
#include "controllers/workload/pod.hpp"

namespace controllers::workload {

/// The condition DisruptionTarget (KEP-3329), which says that a pod is ended from outside and by whom, as a
/// strategic merge patch of the pod's status. `failed`: also ends it (phase Failed), for a pod whose node
/// will not. Nothing if the status already says so.
std::optional<boost::json::value> disruption_patch(const Pod& pod, const char* reason, const char* message,
                                                   bool failed, base::SystemTime now);
/// The phase alone.
std::optional<boost::json::value> failed_patch(const Pod& pod);

}  // namespace controllers::workload
