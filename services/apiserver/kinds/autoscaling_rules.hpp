#pragma once
#include "apiserver/kinds/checks.hpp"

/// Validation of HorizontalPodAutoscalers, in the form that is stored (autoscaling/v2).
namespace apiserver::kinds {
void validate_autoscaler(const Object& o, Errors& errors);
/// What spec.behavior leaves out. Source: the API reference, HPAScalingRules.
void default_behavior(Object& o);
}  // namespace apiserver::kinds
