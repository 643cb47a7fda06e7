#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>
#include "api/types/discovery_v1.hpp"
#include "controllers/backends/backends.hpp"

/// EndpointSlices of Services. Source: KEP-752, and the EndpointSlices page of the documentation.
namespace controllers::endpointslice {

using api::core::v1::Service;
using api::discovery::v1::EndpointSlice;
using backends::PodPtr;
using SlicePtr = std::shared_ptr<const EndpointSlice>;
/// The zone of a node, empty where it has none.
using ZoneOf = std::function<std::string(const std::string& node)>;

inline constexpr const char* service_label = "kubernetes.io/service-name";
inline constexpr const char* manager_label = "endpointslice.kubernetes.io/managed-by";
inline constexpr const char* manager = "endpointslice-controller.k8s.io";

struct Plan {
  std::vector<EndpointSlice> create, update;
  std::vector<SlicePtr> remove;
};

/// What makes `existing` (this Service's, managed by us) say what `pods` say, with as few writes as can be:
/// pods of equal port numbers share slices of at most `max` endpoints; slices that must change anyway are
/// filled first, then the fullest that takes all the rest, and only then new ones are made. A Service without
/// endpoints keeps one empty slice an address family. Slices are not otherwise repacked.
Plan plan(const Service& service, const std::vector<PodPtr>& pods, const ZoneOf& zone_of,
          const std::vector<SlicePtr>& existing, std::size_t max);

/// The address types a Service needs slices of: "IPv4", "IPv6".
std::vector<std::string> address_types(const Service& service);

}  // namespace controllers::endpointslice
