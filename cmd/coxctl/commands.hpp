#pragma once
#include <span>

namespace coxctl {

/// Runs `coxctl ARGUMENTS...` (arguments[0] is the program). Output goes to stdout, errors to stderr.
/// Returns the exit code: 0; 1 when the work failed or `certs check` found something; 2 for a wrong command
/// line.
int run(std::span<const char* const> arguments);

}  // namespace coxctl
