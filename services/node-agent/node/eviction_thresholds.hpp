#pragma once
#include <cstdint>
#include <string_view>
#include "base/error.hpp"

namespace node_agent::node {

/// A floor below which a resource counts as under pressure: so many units, or a share of what there is.
struct Floor {
  std::int64_t amount = 0;
  double share = 0;  ///< 0..1
  std::int64_t of(std::int64_t capacity) const noexcept {
    const auto part = static_cast<std::int64_t>(share * static_cast<double>(capacity));
    return part > amount ? part : amount;
  }
};

/// --eviction-hard: "memory.available<100Mi,nodefs.available<10%". Source: "Node-pressure Eviction".
struct EvictionThresholds {
  Floor memory, disk, pids;
  /// Signals other than memory.available, nodefs.available and pid.available are accepted and have no effect
  /// (imagefs and inodes: there is one file system). Errors: invalid_argument naming the term.
  static base::Result<EvictionThresholds> parse(std::string_view text);
};

}  // namespace node_agent::node
