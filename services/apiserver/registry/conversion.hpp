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
/// The entry's JSON in the version served; the entry's own bytes where that is the stored one.
http::SharedBytes present(const cache::EntryPtr& entry, const api::ResourceInfo& served);

}  // namespace apiserver::registry
