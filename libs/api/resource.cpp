#include "api/resource.hpp"
#include <algorithm>
#include <map>
#include <tuple>
#include "api/resource_names.hpp"
#include "api/schema_data.hpp"

namespace api {
namespace {

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

using Kind3 = std::tuple<std::string_view, std::string_view, std::string_view>;

const std::map<Kind3, const Type*>& types_by_kind() {
  static const auto index = [] {
    std::map<Kind3, const Type*> m;
    // A type registered under many groups (DeleteOptions) is found under each; one of its own group wins.
    for (const auto* t : all_types())
      for (const auto& g : t->gvk)
        m.try_emplace({g[0], g[1], g[2]}, t);
    return m;
  }();
  return index;
}

const Type* type_of(std::string_view group, std::string_view version, std::string_view kind) {
  const auto hit = types_by_kind().find({group, version, kind});
  return hit == types_by_kind().end() ? nullptr : hit->second;
}

/// "PodExecOptions", or "policy/v1/Eviction" where the body's kind is of another group version.
void set_kind(ResourceInfo& r, std::string_view text) {
  r.kind_group = r.group;
  r.kind_version = r.version;
  const auto last = text.rfind('/');
  r.kind = text.substr(last == std::string_view::npos ? 0 : last + 1);
  if (last == std::string_view::npos) return;
  const auto gv = text.substr(0, last);
  const auto slash = gv.find('/');
  r.kind_group = slash == std::string_view::npos ? "" : std::string(gv.substr(0, slash));
  r.kind_version = slash == std::string_view::npos ? std::string(gv) : std::string(gv.substr(slash + 1));
}

/// The facts list no "watch" verb: upstream serves it wherever a stored resource can be listed.
void add_watch(ResourceInfo& r) {
  const bool listed = std::find(r.verbs.begin(), r.verbs.end(), "list") != r.verbs.end();
  if (!listed || !r.subresource.empty() || r.resource == "componentstatuses") return;
  if (std::find(r.verbs.begin(), r.verbs.end(), "watch") != r.verbs.end()) return;
  r.verbs.emplace_back("watch");
}

ResourceInfo make(const data::RawResource& raw) {
  ResourceInfo r;
  r.group = raw.group;
  r.version = raw.version;
  r.resource = raw.resource;
  const auto slash = r.resource.find('/');
  if (slash != std::string::npos) r.subresource = r.resource.substr(slash + 1);
  set_kind(r, raw.kind);
  r.namespaced = raw.namespaced;
  r.verbs = data::split(raw.verbs, ',');
  add_watch(r);
  if (r.subresource.empty()) r.singular = lower(r.kind);
  for (const auto& n : data::resource_names)
    if (n.group == r.group && n.resource == r.resource) {
      r.short_names = data::split(n.short_names, ',');
      r.categories = data::split(n.categories, ',');
    }
  r.type = type_of(r.kind_group, r.kind_version, r.kind);
  return r;
}

const std::vector<ResourceInfo>& resources() {
  static const auto all = [] {
    std::vector<ResourceInfo> out;
    out.reserve(data::resource_count);
    for (std::size_t i = 0; i < data::resource_count; ++i)
      out.push_back(make(data::resources[i]));
    std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) {
      return std::tie(a.group, a.version, a.resource) < std::tie(b.group, b.version, b.resource);
    });
    return out;
  }();
  return all;
}

}  // namespace

NamespacedName NamespacedName::parse(std::string_view key) {
  const auto slash = key.find('/');
  if (slash == std::string_view::npos) return {"", std::string(key)};
  return {std::string(key.substr(0, slash)), std::string(key.substr(slash + 1))};
}

std::span<const ResourceInfo> builtin_resources() noexcept {
  return resources();
}

const ResourceInfo* find_resource(std::string_view group, std::string_view version,
                                  std::string_view resource) noexcept {
  const auto wanted = std::tie(group, version, resource);
  const auto& all = resources();
  const auto hit = std::lower_bound(all.begin(), all.end(), wanted, [](const ResourceInfo& r, const auto& w) {
    return std::tuple<std::string_view, std::string_view, std::string_view>(r.group, r.version, r.resource) <
           w;
  });
  const bool found =
      hit != all.end() && hit->group == group && hit->version == version && hit->resource == resource;
  return found ? &*hit : nullptr;
}

const ResourceInfo* find_resource_by_kind(std::string_view group, std::string_view version,
                                          std::string_view kind) noexcept {
  for (const auto& r : resources())
    if (r.subresource.empty() && r.group == group && r.version == version && r.kind == kind) return &r;
  return nullptr;
}

}  // namespace api
