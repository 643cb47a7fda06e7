#pragma once
#include <map>
#include <vector>
#include "node-agent/runtime/shim/cgroup.hpp"

namespace node_agent::runtime {

/// What the descendants of each of `shims` use: for machines without control groups. Processor time of those
/// that have ended counts as far as their parents waited for them; memory is what is resident. Blocks.
std::map<std::int64_t, shim::CgroupUsage> usage_of_descendants(const std::vector<std::int64_t>& shims);

}  // namespace node_agent::runtime
