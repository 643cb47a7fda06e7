#pragma once
#include <memory>
#include <string>
#include <vector>
#include "api/types/policy_v1.hpp"
#include "client/event_recorder.hpp"
#include "client/informer.hpp"
#include "client/rest.hpp"
#include "scheduler/core/preemption.hpp"

namespace scheduler {

/// What the API server says of disruption budgets, as preemption reads it.
std::vector<DisruptionAllowance> allowances_of(
    const client::Store<api::policy::v1::PodDisruptionBudget>& budgets);

/// Makes the victims of a preemption go: says so in their conditions and events, and deletes them with their
/// grace.
base::Awaitable<void> evict(std::shared_ptr<client::RestClient> rest, client::EventRecorder& events,
                            std::string component, PodInfoPtr preemptor, std::string node,
                            std::vector<PodInfoPtr> victims);

}  // namespace scheduler
