#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>
#include "controllers/discovery/discovery.hpp"
#include "controllers/garbagecollector/identity.hpp"

namespace controllers::garbagecollector {

/// The resources the server has, as the collector needs them. Immutable once made.
class Resources {
 public:
  /// Of a group version that could not be read, what `before` (may be null) knew stays.
  static std::shared_ptr<const Resources> from(const discovery::Discovered& found, const Resources* before);

  /// Where objects of a kind are read and deleted; null where the server has no such kind. The group decides:
  /// an object is the same in all its versions.
  const api::ResourceInfo* find(const Kind& kind) const;
  const std::vector<api::ResourceInfo>& all() const noexcept { return all_; }

 private:
  std::vector<api::ResourceInfo> all_;
  std::map<std::pair<std::string, std::string>, std::size_t> by_kind_;  ///< (group, kind) to a place in all_.
};

/// Can be listed, watched and deleted, and is worth it: events come and go by themselves.
bool is_collected(const api::ResourceInfo& r) noexcept;
/// A built-in, which takes strategic merge patches.
bool is_builtin(const api::ResourceInfo& r) noexcept;

}  // namespace controllers::garbagecollector
