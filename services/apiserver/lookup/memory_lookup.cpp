#include "api/object.hpp"
#include "apiserver/lookup/lookup.hpp"

namespace apiserver {

void MemoryLookup::put(std::string group, std::string resource, boost::json::object object) {
  Key key{std::move(group), std::move(resource), std::string(api::namespace_of(object)),
          std::string(api::name_of(object))};
  auto shared = std::make_shared<const boost::json::object>(std::move(object));
  std::lock_guard lock(mutex_);
  objects_.insert_or_assign(std::move(key), std::move(shared));
}

void MemoryLookup::remove(std::string_view group, std::string_view resource, std::string_view ns,
                          std::string_view name) {
  std::lock_guard lock(mutex_);
  objects_.erase(Key{group, resource, ns, name});
}

SharedObject MemoryLookup::get(std::string_view group, std::string_view resource, std::string_view ns,
                               std::string_view name) const {
  std::lock_guard lock(mutex_);
  const auto it = objects_.find(Key{group, resource, ns, name});
  return it == objects_.end() ? nullptr : it->second;
}

std::vector<SharedObject> MemoryLookup::list(std::string_view group, std::string_view resource,
                                             std::string_view ns) const {
  std::vector<SharedObject> out;
  std::lock_guard lock(mutex_);
  for (auto it = objects_.lower_bound(Key{group, resource, ns, ""}); it != objects_.end(); ++it) {
    const auto& [g, r, n, name] = it->first;
    if (g != group || r != resource || (!ns.empty() && n != ns)) break;
    out.push_back(it->second);
  }
  return out;
}

}  // namespace apiserver
