#pragma once
#include <boost/json/fwd.hpp>
#include <compare>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>
#include "api/schema.hpp"

namespace api {

struct GroupVersion {
  std::string group;  ///< Empty: the core group.
  std::string version;
  auto operator<=>(const GroupVersion&) const = default;
  std::string text() const { return group.empty() ? version : group + "/" + version; }  ///< "apps/v1", "v1"
};
struct GroupVersionKind {
  std::string group, version, kind;
  auto operator<=>(const GroupVersionKind&) const = default;
  std::string api_version() const { return group.empty() ? version : group + "/" + version; }
};
struct GroupResource {
  std::string group, resource;
  auto operator<=>(const GroupResource&) const = default;
  std::string text() const {
    return group.empty() ? resource : resource + "." + group;
  }  ///< "deployments.apps"
};
struct NamespacedName {
  std::string namespace_, name;  ///< namespace_ empty: cluster-scoped.
  auto operator<=>(const NamespacedName&) const = default;
  std::string text() const { return namespace_.empty() ? name : namespace_ + "/" + name; }
  static NamespacedName parse(std::string_view key);  ///< Inverse of text().
};

/// What a resource has beyond its description when it was defined at run time. Who serves it derives from
/// this.
class ResourceExtension {
 public:
  virtual ~ResourceExtension() = default;
  /// Its kind as the OpenAPI documents define it; no references in it but to built-in types.
  virtual const boost::json::object& openapi_v2() const = 0;
  virtual const boost::json::object& openapi_v3() const = 0;
  /// The type of its lists.
  virtual const Type& list_type() const = 0;
  /// The version its objects are stored in.
  virtual std::string_view storage_version() const = 0;
};

/// A resource as discovery lists it. Built-ins come from libs/api/schema/resources.json.
struct ResourceInfo {
  std::string group, version;
  std::string resource;     ///< Plural: "deployments"; subresource entries: "deployments/status".
  std::string subresource;  ///< "status" for "deployments/status"; else empty.
  std::string kind;         ///< Kind of the body: "Deployment"; "Scale" for deployments/scale.
  std::string kind_group, kind_version;  ///< Of `kind`: differ from group/version for scale, eviction, token.
  std::string singular;
  std::vector<std::string> short_names, categories;
  bool namespaced = true;
  std::vector<std::string>
      verbs;  ///< Discovery's verbs, "watch" included where "list" is served and upstream has it.
  const Type* type = nullptr;  ///< Schema of `kind`.
  /// Null for what is built in. Lives as long as this; whoever found the resource keeps both alive.
  const ResourceExtension* extension = nullptr;
  GroupVersion group_version() const { return {group, version}; }
  GroupResource group_resource() const { return {group, resource}; }
};

/// Every built-in resource and subresource, ordered by group, version, resource.
std::span<const ResourceInfo> builtin_resources() noexcept;
const ResourceInfo* find_resource(std::string_view group, std::string_view version,
                                  std::string_view resource) noexcept;
const ResourceInfo* find_resource_by_kind(std::string_view group, std::string_view version,
                                          std::string_view kind) noexcept;

/// What a request's body or answer is, beside JSON.
inline constexpr std::string_view json_type = "application/json";
inline constexpr std::string_view yaml_type = "application/yaml";

}  // namespace api
