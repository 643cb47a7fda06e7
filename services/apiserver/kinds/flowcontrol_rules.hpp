#pragma once
#include "apiserver/kinds/checks.hpp"

/// Validation of flow schemas and priority levels.
namespace apiserver::kinds {
void validate_flow_schema(const Object& o, Errors& errors);
void validate_priority_level(const Object& o, Errors& errors);
}  // namespace apiserver::kinds
