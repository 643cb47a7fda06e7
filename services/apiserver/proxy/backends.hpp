#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>
#include "apiserver/lookup/lookup.hpp"

namespace apiserver::proxy {

struct Backend {
  std::string address;  ///< Without brackets where it is IPv6.
  std::int64_t port = 0;
};

/// What is ready behind the service's port called `port` (a port without a name: ""): from its
/// EndpointSlices, else from Endpoints that somebody wrote by hand and nobody mirrored. Readiness that is not
/// said counts as ready. Pure. Source: EndpointConditions of discovery.k8s.io/v1.
std::vector<Backend> ready_backends(const ObjectLookup& objects, std::string_view ns,
                                    std::string_view service, std::string_view port);

}  // namespace apiserver::proxy
