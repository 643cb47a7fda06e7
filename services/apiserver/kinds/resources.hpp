#pragma once
#include "apiserver/kinds/checks.hpp"

/// Names of resources ("cpu", "hugepages-2Mi", "example.com/gpu") and what quantities they take.
/// Source: the API reference, "Resource Management for Pods and Containers" and "Extended resources".
namespace apiserver::kinds {

bool is_native_resource(std::string_view name);    ///< Without a domain, or in kubernetes.io.
bool is_hugepages(std::string_view name);          ///< "hugepages-2Mi".
bool is_extended_resource(std::string_view name);  ///< "example.com/gpu": whole numbers only.
bool is_standard_resource(std::string_view name);
bool is_standard_quota_resource(std::string_view name);
bool is_integer_resource(std::string_view name);

/// Not negative, and whole where the resource is counted.
void check_resource_quantity(std::string_view name, const json::value& quantity, const Path& path,
                             Errors& errors);
void check_resource_name(std::string_view name, const Path& path, Errors& errors);
/// Limits and requests of a container; `claims` are the names in spec.resourceClaims.
void check_container_resources(const Part& resources, const std::set<std::string>& claims);

/// spec.overhead, given as limits; its path is the overhead's.
void check_overhead_resources(const Part& overhead);

}  // namespace apiserver::kinds
