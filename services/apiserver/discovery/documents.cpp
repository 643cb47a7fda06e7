#include "apiserver/discovery/documents.hpp"
#include <algorithm>
#include "apiserver/discovery/discovery.hpp"

namespace apiserver::discovery {
namespace {

namespace json = boost::json;

std::string group_version(const Group& group, const Version& version) {
  return group.name.empty() ? version.version : group.name + "/" + version.version;
}

json::array strings(const std::vector<std::string>& list) {
  return json::array(list.begin(), list.end());
}

/// What discovery says for "connect": the verbs of the HTTP methods that upstream routes to it.
std::vector<std::string> connect_verbs(const std::string& subresource) {
  if (subresource == "proxy") return {"create", "delete", "get", "patch", "update"};
  return {"create", "get"};
}

json::array verbs_of(const api::ResourceInfo& r) {
  std::vector<std::string> verbs;
  for (const auto& verb : r.verbs) {
    if (verb != "connect")
      verbs.push_back(verb);
    else
      for (const auto& v : connect_verbs(r.subresource))
        verbs.push_back(v);
  }
  std::sort(verbs.begin(), verbs.end());
  return strings(verbs);
}

json::object version_entry(const Group& group, const Version& version) {
  return {{"groupVersion", group_version(group, version)}, {"version", version.version}};
}

json::object group_body(const Group& group) {
  json::array versions;
  for (const auto& version : group.versions)
    versions.push_back(version_entry(group, version));
  return {{"name", group.name},
          {"versions", std::move(versions)},
          {"preferredVersion", version_entry(group, group.versions.front())}};
}

json::object resource_entry(const api::ResourceInfo& r) {
  json::object entry{{"name", r.resource}, {"singularName", r.singular}, {"namespaced", r.namespaced}};
  if (r.kind_group != r.group || r.kind_version != r.version) {
    if (!r.kind_group.empty()) entry["group"] = r.kind_group;
    entry["version"] = r.kind_version;
  }
  entry["kind"] = r.kind;
  entry["verbs"] = verbs_of(r);
  if (!r.short_names.empty()) entry["shortNames"] = strings(r.short_names);
  if (!r.categories.empty()) entry["categories"] = strings(r.categories);
  if (const auto hash = storage_version_hash(r); !hash.empty()) entry["storageVersionHash"] = hash;
  return entry;
}

json::object response_kind(const api::ResourceInfo& r) {
  return {{"group", r.kind_group}, {"version", r.kind_version}, {"kind", r.kind}};
}

std::string parent_of(const api::ResourceInfo& r) {
  return r.resource.substr(0, r.resource.find('/'));
}

json::array aggregated_subresources(const Version& version, const std::string& parent) {
  json::array list;
  for (const auto* r : version.resources)
    if (!r->subresource.empty() && parent_of(*r) == parent)
      list.push_back(json::object{
          {"subresource", r->subresource}, {"responseKind", response_kind(*r)}, {"verbs", verbs_of(*r)}});
  return list;
}

json::object aggregated_resource(const Version& version, const api::ResourceInfo& r) {
  json::object entry{{"resource", r.resource},
                     {"responseKind", response_kind(r)},
                     {"scope", r.namespaced ? "Namespaced" : "Cluster"},
                     {"singularResource", r.singular},
                     {"verbs", verbs_of(r)}};
  if (!r.short_names.empty()) entry["shortNames"] = strings(r.short_names);
  if (!r.categories.empty()) entry["categories"] = strings(r.categories);
  if (auto list = aggregated_subresources(version, r.resource); !list.empty())
    entry["subresources"] = std::move(list);
  return entry;
}

json::object aggregated_version(const Version& version) {
  json::array resources;
  for (const auto* r : version.resources)
    if (r->subresource.empty()) resources.push_back(aggregated_resource(version, *r));
  return {{"version", version.version}, {"resources", std::move(resources)}, {"freshness", "Current"}};
}

json::object aggregated_group(const Group& group) {
  json::array versions;
  for (const auto& version : group.versions)
    versions.push_back(aggregated_version(version));
  json::object metadata{{"creationTimestamp", nullptr}};
  if (!group.name.empty()) metadata["name"] = group.name;
  return {{"metadata", std::move(metadata)}, {"versions", std::move(versions)}};
}

}  // namespace

std::vector<Group> group(const ResourceList& resources) {
  auto sorted = resources;
  std::sort(sorted.begin(), sorted.end(), [](const auto* a, const auto* b) {
    if (a->group != b->group) return group_before(a->group, b->group);
    if (a->version != b->version) return version_before(a->version, b->version);
    return a->resource < b->resource;
  });
  std::vector<Group> groups;
  for (const auto* r : sorted) {
    if (groups.empty() || groups.back().name != r->group) groups.push_back({r->group, {}});
    auto& versions = groups.back().versions;
    if (versions.empty() || versions.back().version != r->version) versions.push_back({r->version, {}});
    versions.back().resources.push_back(r);
  }
  return groups;
}

json::object api_versions(const std::string& address) {
  json::object everyone{{"clientCIDR", "0.0.0.0/0"}, {"serverAddress", address}};
  return {{"kind", "APIVersions"},
          {"versions", json::array{"v1"}},
          {"serverAddressByClientCIDRs", json::array{std::move(everyone)}}};
}

json::object api_group_list(const std::vector<Group>& groups) {
  json::array list;
  for (const auto& group : groups)
    if (!group.name.empty()) list.push_back(group_body(group));
  return {{"kind", "APIGroupList"}, {"apiVersion", "v1"}, {"groups", std::move(list)}};
}

json::object api_group(const Group& group) {
  json::object document{{"kind", "APIGroup"}, {"apiVersion", "v1"}};
  for (auto& [key, value] : group_body(group))
    document[key] = std::move(value);
  return document;
}

json::object api_resource_list(const Group& group, const Version& version) {
  json::array resources;
  for (const auto* r : version.resources)
    resources.push_back(resource_entry(*r));
  json::object document{{"kind", "APIResourceList"}};
  if (!group.name.empty()) document["apiVersion"] = "v1";
  document["groupVersion"] = group_version(group, version);
  document["resources"] = std::move(resources);
  return document;
}

json::object aggregated_list(const std::vector<Group>& groups, bool core, std::string_view version) {
  json::array items;
  for (const auto& group : groups)
    if (group.name.empty() == core) items.push_back(aggregated_group(group));
  return {{"kind", "APIGroupDiscoveryList"},
          {"apiVersion", "apidiscovery.k8s.io/" + std::string(version)},
          {"metadata", json::object()},
          {"items", std::move(items)}};
}

}  // namespace apiserver::discovery
