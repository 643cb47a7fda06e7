#pragma once
#include "api/object.hpp"

/// HorizontalPodAutoscalers between autoscaling/v1 and v2. v1 knows one metric, the CPU's utilization; the
/// rest travels in annotations, so that nothing is lost on the way there and back. Source: upstream's v1 API,
/// whose annotations clients know.
namespace apiserver::registry {
void autoscaler_to_v2(api::Object& object);
void autoscaler_from_v2(api::Object& object);
}  // namespace apiserver::registry
