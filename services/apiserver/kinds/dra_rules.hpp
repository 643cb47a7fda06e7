#pragma once
#include "apiserver/kinds/checks.hpp"

/// Validation of the kinds of resource.k8s.io, but for their CEL expressions.
namespace apiserver::kinds {
void validate_device_class(const Object& o, Errors& errors);
void validate_resource_claim(const Object& o, Errors& errors);
void validate_resource_claim_template(const Object& o, Errors& errors);
void validate_resource_slice(const Object& o, Errors& errors);
void validate_resource_slice_update(const Object& o, const Object& old, Errors& errors);
}  // namespace apiserver::kinds
