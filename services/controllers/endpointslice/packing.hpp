#pragma once
#include "controllers/endpointslice/slices.hpp"

namespace controllers::endpointslice {

/// Distributes one group's endpoints over slices of at most `max`, with few writes: what is in `existing`
/// (slices of these ports) stays where it is; slices that must change anyway, because an endpoint or
/// `blank`'s labels or owner did, are filled first, the fullest before the others; the rest goes into the
/// fullest unchanged slice that takes all of it, and only then into new ones made from `blank`. Slices are
/// not otherwise repacked, so holes remain until they are needed.
Plan pack(const EndpointSlice& blank, PortGroup group, const std::vector<SlicePtr>& existing,
          std::size_t max);

}  // namespace controllers::endpointslice
