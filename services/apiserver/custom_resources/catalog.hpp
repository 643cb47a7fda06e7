#pragma once
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>
#include "apiserver/cache/feed.hpp"
#include "apiserver/custom_resources/definition.hpp"

namespace apiserver::custom_resources {

/// The definitions that are served now. Thread-safe.
class Catalog final : public registry::CustomResources {
 public:
  /// `caches` and `feed` outlive it.
  Catalog(const cache::Caches& caches, cache::Feed& feed) : caches_(caches), feed_(feed) {}

  registry::CustomMatch find(std::string_view group, std::string_view version, std::string_view resource,
                             std::string_view subresource) const override;
  base::Awaitable<bool> settle(std::string group, std::string resource) override;

  /// By the definition's name; null if it is not served.
  DefinitionPtr get(std::string_view name) const;
  void put(DefinitionPtr definition);
  /// Ends its cache, and with it the watches.
  void remove(std::string_view name);
  std::vector<DefinitionPtr> all() const;

 private:
  bool is_behind(const std::string& name) const;

  const cache::Caches& caches_;
  cache::Feed& feed_;
  mutable std::mutex mutex_;
  std::map<std::string, DefinitionPtr, std::less<>> by_name_;  ///< Guarded by mutex_.
};

}  // namespace apiserver::custom_resources
