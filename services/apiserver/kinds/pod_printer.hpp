#pragma once
#include "apiserver/kinds/common.hpp"

namespace apiserver::kinds {
/// The cells of `kubectl get pods`: Name, Ready, Status, Restarts, Age; wide: IP, Node, Nominated Node,
/// Readiness Gates. Status is the reason a person wants to see (CrashLoopBackOff, Init:0/2, Terminating,
/// ...), as upstream derives it.
json::array pod_cells(const Object& pod, base::SystemTime now);
}  // namespace apiserver::kinds
