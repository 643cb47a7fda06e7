#pragma once
#include <functional>
#include <string>
#include "base/error.hpp"
#include "node-agent/volumes/payload.hpp"

namespace node_agent::volumes {

/// Makes the files in `directory` those of `payload`, all of them at one moment for who reads them:
///
///     directory/..2026_01_02_15_04_05.k3JsFb/a/b   the files, in a directory of this update
///     directory/..data -> ..2026_...               replaced by a rename
///     directory/a -> ..data/a                      what containers see
///
/// `finish` is called with the new directory before anyone can see it. The same files as before: nothing
/// happens. Blocking; one call for a directory at a time. Errors: invalid_argument for a path (check_path);
/// the system's.
/// Source: the layout is that of the kubelet's API volumes, on which programs rely (they watch `..data`).
base::Result<void> write_atomically(const std::string& directory, const Payload& payload,
                                    const std::function<base::Result<void>(const std::string&)>& finish);

}  // namespace node_agent::volumes
