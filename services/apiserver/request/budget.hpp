#pragma once
#include <vector>
#include "api/object.hpp"
#include "api/status.hpp"
#include "apiserver/lookup/lookup.hpp"
#include "base/clock.hpp"

/// PodDisruptionBudgets as an eviction meets them. Pure.
/// Source: Kubernetes documentation, "API-initiated Eviction"; upstream's pods/eviction.
namespace apiserver::request {

/// The pod serves nobody (not started, over, or on its way out): no budget holds it.
bool ignores_budgets(const api::Object& pod);
/// Those of `budgets` that select the pod.
std::vector<SharedObject> budgets_of(const api::Object& pod, const std::vector<SharedObject>& budgets);
/// An unhealthy pod that the budget's policy lets go without counting it.
bool lets_unhealthy_go(const api::Object& budget, const api::Object& pod);
/// The budget with one disruption spent on the pod.
/// Errors: TooManyRequests (none left, or the controller has not looked at it yet); Forbidden (too many
/// disruptions still unseen).
api::StatusOr<api::Object> spend(api::Object budget, const api::Object& pod, base::SystemTime now);

}  // namespace apiserver::request
