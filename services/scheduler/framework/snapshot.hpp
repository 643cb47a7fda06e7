#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>
#include "scheduler/framework/node_info.hpp"

namespace scheduler {

/// The nodes as one cycle sees them; does not change under it. Nodes are shared with the cache until one of
/// them changes.
class Snapshot {
 public:
  const std::vector<std::shared_ptr<const NodeInfo>>& nodes() const noexcept { return nodes_; }
  /// Null if there is no such node.
  const NodeInfo* find(const std::string& name) const {
    auto hit = index_.find(name);
    return hit == index_.end() ? nullptr : nodes_[hit->second].get();
  }
  std::size_t size() const noexcept { return nodes_.size(); }

 private:
  friend class Cache;
  std::vector<std::shared_ptr<const NodeInfo>> nodes_;
  std::unordered_map<std::string, std::size_t> index_;
  std::uint64_t generation_ = 0, order_ = 0;
};

}  // namespace scheduler
