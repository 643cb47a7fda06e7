#pragma once
#include <span>

namespace coxctl::store {

/// Runs `coxctl store ARGUMENTS...`; `arguments` begins after "store". Answers go to stdout, all else to
/// stderr. Returns the exit code: 0; 1 when the work failed or its answer is no good news; 2 for a wrong
/// command line; 130 when interrupted.
int run(std::span<const char* const> arguments);

}  // namespace coxctl::store
