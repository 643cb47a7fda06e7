#pragma once
#include <memory>
#include <string>
#include <vector>
#include "api/decode.hpp"
#include "apiserver/cache/resource_cache.hpp"
#include "apiserver/kinds/kind.hpp"
#include "base/async.hpp"

namespace apiserver::registry {

/// One version of a resource that was defined at run time: what the generic registry asks about it. Immutable
/// but for the objects in its cache, which all versions of the resource share. Thread-safe.
class CustomResource : public kinds::RunTimeKind {
 public:
  std::shared_ptr<cache::ResourceCache> cache;

  /// The object a client sent, or a patch made: its metadata checked, what the schema does not have dropped
  /// (and told in `strict_errors`), defaults set. Errors: BadRequest (metadata of wrong types).
  virtual api::StatusOr<api::Decoded> take(boost::json::value document) const = 0;
  /// Objects of any of the resource's versions in another one. Errors: InternalError (the conversion failed).
  virtual base::Awaitable<api::StatusOr<std::vector<api::Object>>> convert(std::vector<api::Object> objects,
                                                                           std::string version) const = 0;
};

/// What a path names, kept alive for a request.
struct CustomMatch {
  std::shared_ptr<const void> keep;
  const api::ResourceInfo* resource = nullptr;  ///< Null: nothing of that name is served.
  const api::ResourceInfo* body = nullptr;      ///< Its subresource's entry; null: it has none of that name.
};

/// The resources that were defined at run time. Thread-safe.
class CustomResources {
 public:
  virtual ~CustomResources() = default;
  virtual CustomMatch find(std::string_view group, std::string_view version, std::string_view resource,
                           std::string_view subresource) const = 0;
  /// A definition that has been acknowledged as established (by any API server) is served after this. True if
  /// there may be something now that there was not before.
  virtual base::Awaitable<bool> settle(std::string group, std::string resource) = 0;
};

/// Null for a resource that is built in.
inline const CustomResource* custom(const api::ResourceInfo& resource) noexcept {
  return static_cast<const CustomResource*>(resource.extension);
}

}  // namespace apiserver::registry
