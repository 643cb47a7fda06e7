#pragma once
#include "apiserver/kinds/checks.hpp"

/// Validation of Services, Endpoints and EndpointSlices.
namespace apiserver::kinds {
void validate_service(const Object& o, Errors& errors);
void validate_service_update(const Object& o, const Object& old, Errors& errors);
void validate_service_status(const Object& o, const Object& old, Errors& errors);
void validate_endpoints(const Object& o, Errors& errors);
void validate_slice(const Object& o, Errors& errors);
}  // namespace apiserver::kinds
