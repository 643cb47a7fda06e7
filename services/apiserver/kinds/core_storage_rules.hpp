#pragma once
#include "apiserver/kinds/checks.hpp"

/// Validation of persistent volumes and of the claims on them.
namespace apiserver::kinds {
void validate_volume(const Object& o, Errors& errors);
void validate_volume_update(const Object& o, const Object& old, Errors& errors);
void validate_claim(const Object& o, Errors& errors);
void validate_claim_update(const Object& o, const Object& old, Errors& errors);
void validate_claim_status(const Object& o, const Object& old, Errors& errors);
}  // namespace apiserver::kinds
