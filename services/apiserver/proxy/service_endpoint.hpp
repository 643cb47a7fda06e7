#pragma once
#include <cstdint>
#include <string>
#include "api/status.hpp"
#include "apiserver/lookup/lookup.hpp"

/// Where the server reaches what a Service stands for: conversion webhooks and extension API servers. Pure.
namespace apiserver::proxy {

struct ServiceEndpoint {
  std::string url;   ///< "https://10.1.2.3:8443#hook.default.svc": the name that the certificate must have.
  std::string host;  ///< "hook.default.svc:443": the Host field.
};

/// A ready endpoint of the service behind `port`, tried in turn; of an ExternalName service the name itself.
/// Addresses of pods rather than the cluster IP, as with upstream's --enable-aggregator-routing: what
/// forwards cluster IPs may not run where the API server does. Errors: ServiceUnavailable in upstream's
/// words.
api::StatusOr<ServiceEndpoint> service_endpoint(const ObjectLookup& lookup, const std::string& ns,
                                                const std::string& name, std::int64_t port);

}  // namespace apiserver::proxy
