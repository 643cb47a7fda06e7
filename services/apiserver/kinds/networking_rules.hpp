#pragma once
#include "apiserver/kinds/checks.hpp"

/// Validation of the kinds of networking.k8s.io.
namespace apiserver::kinds {
void validate_network_policy(const Object& o, Errors& errors);
void validate_ingress(const Object& o, Errors& errors);
void validate_ingress_status(const Object& o, const Object& old, Errors& errors);
void validate_ingress_class(const Object& o, Errors& errors);
void validate_address(const Object& o, Errors& errors);
void validate_service_cidr(const Object& o, Errors& errors);
void validate_service_cidr_update(const Object& o, const Object& old, Errors& errors);
/// status.loadBalancer, of Services too. `used`: the object may have one.
void check_load_balancer_status(const Part& status, bool used, bool mode_needed);
}  // namespace apiserver::kinds
