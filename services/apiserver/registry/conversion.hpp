#pragma once
#include "api/object.hpp"
#include "api/resource.hpp"
#include "apiserver/cache/entry.hpp"

/// Between the version an object is stored in and those it is served in. Pure.
namespace apiserver::registry {

/// The version in which a resource's objects are stored.
const api::ResourceInfo& storage_resource(const api::ResourceInfo& served);
/// In place.
void to_storage(api::Object& object, const api::ResourceInfo& served);
void from_storage(api::Object& object, const api::ResourceInfo& served);

/// Whether what is stored is of that version ("events.k8s.io/v1"). kind and apiVersion come first in it; others
/// follow, those of managedFields for one.
bool is_of_version(std::string_view stored, std::string_view group_version);

/// Shows entries in the version served. Made once for a list or a watch.
class Presenter {
 public:
  /// `served` must outlive it.
  explicit Presenter(const api::ResourceInfo& served);
  /// The entry's JSON; the entry's own bytes where the version served is the one it is stored in.
  http::SharedBytes operator()(const cache::EntryPtr& entry) const;

 private:
  const api::ResourceInfo& served_;
  const std::string wanted_;  ///< "apps/v1"
};
/// The same for one entry.
inline http::SharedBytes present(const cache::EntryPtr& entry, const api::ResourceInfo& served) {
  return Presenter(served)(entry);
}

}  // namespace apiserver::registry
