#pragma once
#include <string>
#include <vector>
#include "api/types/core_v1.hpp"
#include "controllers/backends/backends.hpp"

/// Endpoints (v1) of Services: the older form of EndpointSlices. All pure.
namespace controllers::endpoints {

using api::core::v1::Endpoints;
using api::core::v1::EndpointSubset;
using api::core::v1::Service;
using backends::PodPtr;

inline constexpr const char* manager_label = "endpoints.kubernetes.io/managed-by";
inline constexpr const char* manager = "endpoint-controller";
inline constexpr const char* headless_label = "service.kubernetes.io/headless";
inline constexpr const char* over_capacity_annotation = "endpoints.kubernetes.io/over-capacity";
/// The most addresses that one Endpoints object holds.
inline constexpr std::size_t capacity = 1000;

/// The subsets that `pods` make: of the Service's first address family; ports that have the same addresses
/// behind them share a subset. Ordered by ports, addresses by IP, so equal inputs give equal outputs.
std::vector<EndpointSubset> subsets_of(const Service& service, const std::vector<PodPtr>& pods);

/// Cuts `subsets` down to `max` addresses, each subset to its part of them; those that are not ready go
/// first. False if there was no need to.
bool truncate(std::vector<EndpointSubset>& subsets, std::size_t max);

/// `held` (an empty object where there is none yet) as it should be: subsets and the labels of the Service
/// and ours. Annotations but that of the capacity stay as they are.
Endpoints next_endpoints(const Endpoints& held, const Service& service, const std::vector<PodPtr>& pods);

}  // namespace controllers::endpoints
