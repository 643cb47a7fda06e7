#pragma once
#include "apiserver/kinds/pod_rules.hpp"

/// What only pods of Windows, or only pods of Linux, may say.
namespace apiserver::kinds::pod {
void validate_windows_options(const Part& options);
/// All containers of a pod are host processes, or none.
void validate_host_process(const Part& spec);
/// spec.os against everything that the other system has.
void validate_os(const Part& spec);
}  // namespace apiserver::kinds::pod
