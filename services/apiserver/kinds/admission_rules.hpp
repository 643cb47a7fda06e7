#pragma once
#include "apiserver/kinds/checks.hpp"

/// Validation of the kinds of admissionregistration.k8s.io, but for their CEL expressions.
namespace apiserver::kinds {
void validate_webhooks(const Object& o, Errors& errors);
void validate_validating_policy(const Object& o, Errors& errors);
void validate_mutating_policy(const Object& o, Errors& errors);
void validate_validating_binding(const Object& o, Errors& errors);
void validate_mutating_binding(const Object& o, Errors& errors);
/// One rule of what to intercept: operations, groups, versions, resources, scope.
void check_rule(const Part& rule);
/// matchConstraints and matchResources.
void check_match_resources(const Part& match);
void check_match_conditions(const Part& parent);
}  // namespace apiserver::kinds
