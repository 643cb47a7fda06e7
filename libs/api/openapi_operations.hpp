#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>
#include "api/resource.hpp"

/// What the REST API of a set of resources is, before it is written as an OpenAPI document. Pure.
namespace api::openapi {

struct Parameter {
  std::string name;
  std::string type;  ///< "string", "boolean", "integer"
  bool operator==(const Parameter&) const = default;
};

struct Operation {
  std::string_view method;         ///< "get", "put", "post", "delete", "patch"
  std::string_view action;         ///< x-kubernetes-action: "list", "deletecollection", "connect", ...
  std::string id;                  ///< "listAppsV1NamespacedDeployment"
  const Type* request = nullptr;   ///< Type of the body; null: none, or a patch.
  const Type* response = nullptr;  ///< Null: text.
  std::vector<Parameter> query;    ///< Without `pretty`, which every path takes.
};

struct Path {
  std::string path;  ///< "/apis/apps/v1/namespaces/{namespace}/deployments/{name}"
  std::string tag;   ///< "apps_v1"
  const ResourceInfo* resource = nullptr;
  std::vector<std::string_view> placeholders;  ///< "name", "namespace": those in `path`.
  std::vector<Operation> operations;
};

/// Every path of `resources`, ordered by path.
std::vector<Path> paths_of(std::span<const ResourceInfo* const> resources);

/// What a PATCH body may be, the forms that need a built-in type last.
inline constexpr std::string_view patch_types[] = {
    "application/json-patch+json",
    "application/merge-patch+json",
    "application/apply-patch+yaml",
    "application/strategic-merge-patch+json",
};
/// Of one resource: clients look here for whether it takes strategic merge patches, which custom ones do not.
inline std::span<const std::string_view> patch_types_of(const ResourceInfo& resource) noexcept {
  return std::span(patch_types)
      .first(resource.extension ? std::size(patch_types) - 1 : std::size(patch_types));
}

}  // namespace api::openapi
