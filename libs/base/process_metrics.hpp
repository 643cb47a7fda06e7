#pragma once
#include <string>

namespace base::metrics {
/// The metrics every process has (process_*, go_goroutines, kubernetes_build_info), in the text format.
/// Read from /proc at each call.
std::string process_metrics();
}  // namespace base::metrics
