#pragma once
#include <string>
#include <vector>
#include "node-agent/runtime/shim/spec.hpp"

namespace node_agent::shim {

/// Binds a container's volumes at their paths, in the mount namespace of the calling process, which must be
/// its own. The machine's file system is not touched: where a mount point does not exist, the directory it
/// has to be made in is covered first, by an overlay whose upper side is a tmpfs, or where the kernel refuses
/// that by a tmpfs with every entry bound in place. For one in "/" itself the root becomes such a tmpfs
/// (pivot_root).
///
/// What a container writes into a covered directory is its own and gone with it.
///
/// `scratch` is an existing, empty directory. Empty result: done; otherwise why not, in runc's manner.
std::string place_mounts(std::vector<MountSpec> mounts, const std::string& scratch);

}  // namespace node_agent::shim
