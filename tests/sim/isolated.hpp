#pragma once
#include "sim/world.hpp"

namespace sim {

/// Runs the plan in a child process, so that a broken assertion of the code under test is a verdict like any
/// other. With a `trace` the last lines of the story are in the failure.
Verdict run_isolated(const Plan& plan, bool trace);

}  // namespace sim
