#pragma once
#include <cstdint>
#include <string>
#include "base/error.hpp"

namespace node_agent::volumes {

/// Gives everything at and below `path` to `group`, which may read it and, unless `readonly`, write it; what
/// is made in its directories later belongs to the group too. A plain user may not give files away: nothing
/// happens then. Blocking. Source: PodSecurityContext.fsGroup in the API reference.
base::Result<void> give_to_group(const std::string& path, std::int64_t group, bool readonly);

}  // namespace node_agent::volumes
