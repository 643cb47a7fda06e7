#pragma once
#include <memory>
#include "base/clock.hpp"
#include "node-agent/runtime/runtime.hpp"
#include "node-agent/service/metrics.hpp"

namespace node_agent {

/// `inner`, with every call counted and timed. `metrics` outlives it.
std::shared_ptr<runtime::Runtime> metered(std::shared_ptr<runtime::Runtime> inner, AgentMetrics& metrics);

}  // namespace node_agent
