#pragma once
#include <chrono>
#include <optional>
#include "base/clock.hpp"
#include "controllers/deployment/replica_sets.hpp"

/// A Deployment's status and conditions, with upstream's reasons and messages.
namespace controllers::deployment {

using api::apps::v1::DeploymentCondition;

const DeploymentCondition* find_condition(const DeploymentStatus& s, std::string_view type) noexcept;
/// Replaces the condition of that type. One with the same status and reason stays as it is; the same status
/// keeps the time of its last transition.
void set_condition(DeploymentStatus& s, DeploymentCondition c);
void remove_condition(DeploymentStatus& s, std::string_view type);
DeploymentCondition make_condition(std::string type, std::string status, std::string reason,
                                   std::string message, base::SystemTime now);

bool has_progress_deadline(const Deployment& d) noexcept;

/// Counts, observedGeneration and the Available condition.
DeploymentStatus counted_status(const Deployment& d, const ReplicaSets& sets, base::SystemTime now);

/// `counted_status` with the Progressing and ReplicaFailure conditions of a rollout.
DeploymentStatus rollout_status(const Deployment& d, const ReplicaSets& sets, base::SystemTime now);

/// All replicas are new, running and available, and `s` is about the present generation.
bool is_complete(const Deployment& d, const DeploymentStatus& s) noexcept;

/// The Progressing condition a Deployment gets when it is paused or resumed; nothing if it stays.
std::optional<DeploymentCondition> pause_condition(const Deployment& d, base::SystemTime now);

/// How long until the progress deadline must be looked at again, given the status just computed; nothing if
/// never.
std::optional<std::chrono::nanoseconds> recheck_after(const Deployment& d, const DeploymentStatus& s,
                                                      base::SystemTime now);

}  // namespace controllers::deployment
