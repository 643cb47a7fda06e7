#include "api/decode.hpp"
#include "apiserver/registry/conversion.hpp"
#include "apiserver/registry/custom_resource.hpp"
#include "apiserver/registry/registry.hpp"

/// Between the version a request is about and the one that is stored. What is built in converts at once; a
/// custom resource may have to ask somebody.
namespace apiserver::registry {
namespace {

using api::StatusError;
using api::StatusOr;
using cache::EntryPtr;

}  // namespace

cache::ResourceCache* Registry::cache_of(const api::ResourceInfo& resource) const {
  if (const auto* c = custom(resource)) return c->cache.get();
  return parts_.caches->find(resource.group, resource.resource);
}

base::Awaitable<StatusOr<std::vector<EntryPtr>>> Registry::shown(const Call& call,
                                                                 std::vector<EntryPtr> entries) const {
  const auto* resource = custom(*call.resource);
  if (!resource) co_return entries;
  const auto wanted = call.resource->group_version().text();
  std::vector<std::size_t> places;
  std::vector<Object> objects;
  for (std::size_t i = 0; i < entries.size(); ++i)
    if (entries[i] && !is_of_version(*entries[i]->json(), wanted)) {
      places.push_back(i);
      objects.push_back(entries[i]->parse());
    }
  if (places.empty()) co_return entries;
  auto converted = co_await resource->convert(std::move(objects), call.resource->version);
  if (!converted) co_return converted.error();
  for (std::size_t n = 0; n < places.size(); ++n) {
    auto& entry = entries[places[n]];
    auto made = cache::Entry::make(std::string(entry->key()), api::encode(storage_form((*converted)[n])),
                                   entry->revision(), resource->cache->fields());
    if (!made) co_return StatusError::internal(made.error().message);
    entry = std::move(*made);
  }
  co_return entries;
}

base::Awaitable<StatusOr<Object>> Registry::seen(const Call& call, const EntryPtr& entry) const {
  if (!custom(*call.resource)) {
    Object object = entry->parse();
    from_storage(object, *call.resource);
    co_return object;
  }
  std::vector<EntryPtr> one{entry};
  auto converted = co_await shown(call, std::move(one));
  if (!converted) co_return converted.error();
  co_return converted->front()->parse();
}

base::Awaitable<StatusOr<http::SharedBytes>> Registry::to_show(const Call& call, EntryPtr entry) const {
  std::vector<EntryPtr> one{std::move(entry)};
  auto converted = co_await shown(call, std::move(one));
  if (!converted) co_return converted.error();
  co_return present(converted->front(), *call.resource);
}

base::Awaitable<StatusOr<Object>> Registry::to_store(const Call& call, Object object) const {
  const auto* resource = custom(*call.resource);
  if (!resource) {
    to_storage(object, *call.resource);
    co_return object;
  }
  const std::string version(resource->storage_version());
  if (version == call.resource->version) co_return object;
  std::vector<Object> one;
  one.push_back(std::move(object));
  auto converted = co_await resource->convert(std::move(one), version);
  if (!converted) co_return converted.error();
  co_return std::move(converted->front());
}

}  // namespace apiserver::registry
