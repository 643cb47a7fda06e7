#pragma once
#include <atomic>
#include <memory>
#include <string>
#include <unordered_map>
#include "apiserver/cache/progress.hpp"
#include "apiserver/cache/resource_cache.hpp"
#include "apiserver/lookup/lookup.hpp"

namespace apiserver::cache {

/// Where the objects of a resource lie in the store: "/registry/apps/deployments/", "/registry/core/pods/".
/// Resources that are two views of the same objects (core and events.k8s.io events) share a place.
std::string storage_prefix(std::string_view group, std::string_view resource);
/// Under which everything lies.
inline constexpr std::string_view registry_prefix = "/registry/";

/// The cache of every built-in resource, and what the rest of the server looks things up in. Thread-safe.
class Caches final : public ObjectLookup {
 public:
  Caches();

  /// Null for a resource that is not stored (reviews and the like).
  ResourceCache* find(std::string_view group, std::string_view resource) const;
  /// By the beginning of a store key; null if it is none of ours.
  ResourceCache* owner_of(std::string_view key) const;
  const std::vector<std::unique_ptr<ResourceCache>>& all() const noexcept { return all_; }
  Progress& progress() noexcept { return progress_; }
  /// True from the first complete list on.
  bool ready() const noexcept { return progress_.revision() > 0; }

  SharedObject get(std::string_view group, std::string_view resource, std::string_view ns,
                   std::string_view name) const override;
  std::vector<SharedObject> list(std::string_view group, std::string_view resource,
                                 std::string_view ns) const override;

 private:
  std::vector<std::unique_ptr<ResourceCache>> all_;
  std::unordered_map<std::string, ResourceCache*> by_prefix_;
  Progress progress_;
};

}  // namespace apiserver::cache
