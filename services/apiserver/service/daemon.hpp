#pragma once
#include "apiserver/service/options.hpp"
#include "base/runtime.hpp"

namespace apiserver {

/// For frame::run: the service itself bounds how long its end takes, so the runtime's limit is only the last.
base::Runtime::Options runtime_options();
/// The daemon from start to shutdown. Returns the process's exit code: 2 for wrong options, 1 if it could not
/// start.
base::Awaitable<int> run_daemon(base::Runtime& runtime, const Options& options);

}  // namespace apiserver
