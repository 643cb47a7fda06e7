#pragma once
#include "base/runtime.hpp"
#include "controllers/frame/options.hpp"

namespace controllers {

/// The daemon: serves the operator's endpoints, waits for the lease, runs the controllers until the runtime
/// is asked to stop or the lease is lost. Returns the exit code: 0 after a stop, 1 when the lease was lost or
/// start-up failed. `options` outlives it.
base::Awaitable<int> run_service(base::Runtime& runtime, const Options& options);

}  // namespace controllers
