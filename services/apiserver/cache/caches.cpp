#include "apiserver/cache/caches.hpp"
#include "api/resource.hpp"

namespace apiserver::cache {
namespace {

SharedObject parsed(const EntryPtr& entry) {
  return std::make_shared<const api::Object>(entry->parse());
}

}  // namespace

std::string storage_prefix(std::string_view group, std::string_view resource) {
  if (group == "events.k8s.io") group = "";
  std::string out(registry_prefix);
  out.append(group.empty() ? "core" : group).append("/").append(resource);
  return out += '/';
}

Caches::Caches() {
  for (const auto& r : api::builtin_resources()) {
    const bool stored = std::find(r.verbs.begin(), r.verbs.end(), "get") != r.verbs.end();
    if (!r.subresource.empty() || !stored) continue;
    auto prefix = storage_prefix(r.group, r.resource);
    if (by_prefix_.contains(prefix)) continue;
    const std::string_view group = r.group == "events.k8s.io" ? std::string_view() : r.group;
    all_.push_back(std::make_unique<ResourceCache>(prefix, kinds::find(group, r.resource).selectable_fields));
    by_prefix_.emplace(std::move(prefix), all_.back().get());
  }
}

ResourceCache* Caches::find(std::string_view group, std::string_view resource) const {
  const auto it = by_prefix_.find(storage_prefix(group, resource));
  return it == by_prefix_.end() ? nullptr : it->second;
}

ResourceCache* Caches::owner_of(std::string_view key) const {
  if (!key.starts_with(registry_prefix)) return nullptr;
  const auto group_end = key.find('/', registry_prefix.size());
  if (group_end == std::string_view::npos) return nullptr;
  const auto resource_end = key.find('/', group_end + 1);
  if (resource_end == std::string_view::npos) return nullptr;
  const auto it = by_prefix_.find(std::string(key.substr(0, resource_end + 1)));
  return it == by_prefix_.end() ? nullptr : it->second;
}

SharedObject Caches::get(std::string_view group, std::string_view resource, std::string_view ns,
                         std::string_view name) const {
  const auto* cache = find(group, resource);
  if (!cache) return nullptr;
  std::string key(ns);
  if (!ns.empty()) key += '/';
  const auto entry = cache->find(key.append(name));
  return entry ? parsed(entry) : nullptr;
}

std::vector<SharedObject> Caches::list(std::string_view group, std::string_view resource,
                                       std::string_view ns) const {
  std::vector<SharedObject> out;
  const auto* cache = find(group, resource);
  if (!cache) return out;
  const std::string from = ns.empty() ? std::string() : std::string(ns) + "/";
  cache->snapshot().scan(from, [&](const EntryPtr& entry) {
    if (!entry->key().starts_with(from)) return false;
    out.push_back(parsed(entry));
    return true;
  });
  return out;
}

}  // namespace apiserver::cache
