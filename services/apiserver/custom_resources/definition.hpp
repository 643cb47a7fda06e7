#pragma once
#include <memory>
#include <string>
#include <vector>
#include "apiserver/custom_resources/version.hpp"
#include "apiserver/discovery/served.hpp"

namespace apiserver::custom_resources {

/// One CustomResourceDefinition as it is served: its versions and the cache of its objects. Immutable but for
/// the cache; requests keep the one they began with.
class Definition {
 public:
  /// `object`: valid, its names accepted. `cache`: of the same definition when its schemas were the same, or
  /// null: a new one, which must be filled before anybody is served from it.
  Definition(const Object& object, std::shared_ptr<const Converter> converter,
             std::shared_ptr<cache::ResourceCache> cache);

  const Shared& shared() const noexcept { return *shared_; }
  std::int64_t generation() const noexcept { return generation_; }
  /// True if `object` is the same definition with the same spec: its objects are read the same way.
  bool has_spec_of(const Object& object) const;
  const std::shared_ptr<cache::ResourceCache>& cache() const noexcept { return cache_; }
  /// Null if that version is not served.
  const Version* version(std::string_view name) const noexcept;
  /// Where its objects are read and deleted through: the storage version, though that may not be served.
  const Version& storage() const noexcept { return *storage_; }
  /// The entries of all served versions, for discovery.
  discovery::ResourceList resources() const;

 private:
  std::shared_ptr<const Shared> shared_;
  std::int64_t generation_ = 0;
  std::size_t spec_hash_ = 0;
  std::shared_ptr<cache::ResourceCache> cache_;
  std::vector<std::unique_ptr<Version>> served_, hidden_;
  const Version* storage_ = nullptr;
};
using DefinitionPtr = std::shared_ptr<const Definition>;

}  // namespace apiserver::custom_resources
