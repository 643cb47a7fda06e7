#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>
#include "controllers/endpointslice/desired.hpp"

/// EndpointSlices of Services. Source: KEP-752, and the EndpointSlices page of the documentation.
namespace controllers::endpointslice {

inline constexpr const char* service_label = "kubernetes.io/service-name";
inline constexpr const char* manager_label = "endpointslice.kubernetes.io/managed-by";
inline constexpr const char* headless_label = "service.kubernetes.io/headless";
inline constexpr const char* manager = "endpointslice-controller.k8s.io";

struct Plan {
  std::vector<EndpointSlice> create, update;
  std::vector<SlicePtr> remove;
  bool missing_nodes = false;  ///< Pods were left out because their node is not known (yet).
};

/// What makes `existing` (this Service's, managed by us, not being deleted) say what `pods` say, with as few
/// writes as can be: see packing.hpp. A Service without endpoints keeps one empty slice an address family. A
/// slice that would be made takes the place of one that would be deleted. Slices of a family the Service no
/// longer has go. Where `changed_at` is known, what is written carries it as its trigger time.
Plan plan(const Service& service, const std::vector<PodPtr>& pods, const ZoneOf& zone_of,
          const std::vector<SlicePtr>& existing, const std::optional<base::SystemTime>& changed_at,
          std::size_t max);

/// The address types a Service needs slices of: "IPv4", "IPv6".
std::vector<std::string> address_types(const Service& service);

}  // namespace controllers::endpointslice
