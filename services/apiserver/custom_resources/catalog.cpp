#include "apiserver/custom_resources/catalog.hpp"
#include "apiserver/kinds/custom_resource_definitions.hpp"

namespace apiserver::custom_resources {
namespace {

using namespace std::chrono_literals;
constexpr auto look_again_after = 10ms;
constexpr int looks_max = 200;

}  // namespace

registry::CustomMatch Catalog::find(std::string_view group, std::string_view version,
                                    std::string_view resource, std::string_view subresource) const {
  auto definition = get(std::string(resource) + "." + std::string(group));
  const auto* served = definition ? definition->version(version) : nullptr;
  if (!served) return {};
  registry::CustomMatch match;
  match.resource = &served->main();
  match.body = subresource.empty() ? match.resource : served->subresource(subresource);
  match.keep = std::move(definition);
  return match;
}

DefinitionPtr Catalog::get(std::string_view name) const {
  std::lock_guard lock(mutex_);
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second;
}

void Catalog::put(DefinitionPtr definition) {
  DefinitionPtr before;
  {
    std::lock_guard lock(mutex_);
    auto& place = by_name_[definition->shared().name];
    before = std::exchange(place, definition);
  }
  if (before && before->cache() != definition->cache()) before->cache()->end();
}

void Catalog::remove(std::string_view name) {
  DefinitionPtr before;
  {
    std::lock_guard lock(mutex_);
    const auto found = by_name_.find(name);
    if (found == by_name_.end()) return;
    before = std::move(found->second);
    by_name_.erase(found);
  }
  before->cache()->end();
}

std::vector<DefinitionPtr> Catalog::all() const {
  std::lock_guard lock(mutex_);
  std::vector<DefinitionPtr> out;
  for (const auto& [name, definition] : by_name_)
    out.push_back(definition);
  return out;
}

/// True if the cache knows of an established definition, or of a newer form of it, that is not served yet.
bool Catalog::is_behind(const std::string& name) const {
  const auto object = caches_.get("apiextensions.k8s.io", "customresourcedefinitions", "", name);
  if (!object || !kinds::definitions::is_true(*object, "Established")) return false;
  const auto served = get(name);
  return !served || served->shared().uid != api::uid_of(*object) ||
         served->generation() < api::get_int(*object, {"metadata", "generation"}).value_or(0);
}

base::Awaitable<bool> Catalog::settle(std::string group, std::string resource) {
  const std::string name = resource + "." + group;
  if (group.empty()) co_return false;
  if (!is_behind(name)) {
    // Another server may have told a client of it before this one heard.
    const auto known = co_await feed_.catch_up();
    if (!known) co_return false;
  }
  for (int look = 0; look < looks_max && is_behind(name); ++look) {
    const bool slept = co_await base::sleep_for(look_again_after);
    if (!slept) co_return false;
  }
  co_return get(name) != nullptr;
}

}  // namespace apiserver::custom_resources
