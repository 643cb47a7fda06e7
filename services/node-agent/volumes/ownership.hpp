#pragma once
#include <cstdint>
#include <string>
#include "base/error.hpp"

namespace node_agent::volumes {

/// Gives the directory at `path` to `group`, which may read and write it; what is made in it later belongs to
/// the group too. A plain user may not give files away: nothing happens then. Blocking.
/// Source: PodSecurityContext.fsGroup in the API reference.
base::Result<void> give_directory(const std::string& path, std::int64_t group);
/// The same for everything at and below `path`, for reading only. Only for what no container may write to:
/// one could lead the way elsewhere meanwhile.
base::Result<void> give_files(const std::string& path, std::int64_t group);

}  // namespace node_agent::volumes
