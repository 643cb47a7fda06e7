#include "controllers/deployment/status.hpp"
#include <algorithm>
#include <limits>
#include "controllers/deployment/scaling.hpp"

namespace controllers::deployment {
namespace {

constexpr const char* available_type = "Available";
constexpr const char* progressing_type = "Progressing";
constexpr const char* failure_type = "ReplicaFailure";
constexpr const char* reason_available = "NewReplicaSetAvailable";
constexpr const char* reason_timed_out = "ProgressDeadlineExceeded";
constexpr const char* reason_paused = "DeploymentPaused";

bool is_progressing(const DeploymentStatus& before, const DeploymentStatus& now) noexcept {
  const auto old_pods = [](const DeploymentStatus& s) {
    return s.replicas.value_or(0) - s.updated_replicas.value_or(0);
  };
  return now.updated_replicas.value_or(0) > before.updated_replicas.value_or(0) ||
         old_pods(now) < old_pods(before) ||
         now.ready_replicas.value_or(0) > before.ready_replicas.value_or(0) ||
         now.available_replicas.value_or(0) > before.available_replicas.value_or(0);
}

bool has_timed_out(const Deployment& d, const DeploymentCondition* c, base::SystemTime now) {
  if (!c || c->reason == reason_available) return false;
  if (c->reason == reason_timed_out) return true;
  const auto since = c->last_update_time ? c->last_update_time->at : base::SystemTime{};
  return since + std::chrono::seconds(*d.spec.progress_deadline_seconds) < now;
}

std::string about(const Deployment& d, const ReplicaSets& sets, const char* what) {
  return sets.current ? "ReplicaSet \"" + sets.current->metadata.name + "\" " + what
                      : "Deployment \"" + d.metadata.name + "\" " + what;
}

/// The Progressing condition of a rollout with a deadline that has not reached its end before.
void judge_progress(const Deployment& d, const ReplicaSets& sets, DeploymentStatus& s, base::SystemTime now) {
  const auto* before = find_condition(d.status, progressing_type);
  const auto make = [&](const char* status, const char* reason, const char* what) {
    return make_condition(progressing_type, status, reason, about(d, sets, what), now);
  };
  if (is_complete(d, s))
    return set_condition(s, make("True", reason_available, "has successfully progressed."));
  if (is_progressing(d.status, s)) {
    auto c = make("True", "ReplicaSetUpdated", "is progressing.");
    if (before && before->status == "True") c.last_transition_time = before->last_transition_time;
    // Replaced even when equal: its update time is what the deadline counts from.
    remove_condition(s, progressing_type);
    return set_condition(s, std::move(c));
  }
  if (has_timed_out(d, before, now))
    set_condition(s, make("False", reason_timed_out, "has timed out progressing."));
}

const api::apps::v1::ReplicaSetCondition* failure_of(const ReplicaSet& rs) noexcept {
  for (const auto& c : rs.status.conditions)
    if (c.type == failure_type) return &c;
  return nullptr;
}

/// The failure of the current set, else of any.
void carry_failure(const ReplicaSets& sets, DeploymentStatus& s, base::SystemTime now) {
  const auto* failure = sets.current ? failure_of(*sets.current) : nullptr;
  for (const auto& rs : sets.old)
    if (!failure) failure = failure_of(*rs);
  if (!failure) return remove_condition(s, failure_type);
  auto c = make_condition(failure_type, failure->status, failure->reason, failure->message, now);
  if (failure->last_transition_time)
    c.last_transition_time = c.last_update_time = failure->last_transition_time;
  set_condition(s, std::move(c));
}

}  // namespace

const DeploymentCondition* find_condition(const DeploymentStatus& s, std::string_view type) noexcept {
  for (const auto& c : s.conditions)
    if (c.type == type) return &c;
  return nullptr;
}

void set_condition(DeploymentStatus& s, DeploymentCondition c) {
  if (const auto* held = find_condition(s, c.type)) {
    if (held->status == c.status && held->reason == c.reason) return;
    if (held->status == c.status) c.last_transition_time = held->last_transition_time;
  }
  remove_condition(s, c.type);
  s.conditions.push_back(std::move(c));
}

void remove_condition(DeploymentStatus& s, std::string_view type) {
  std::erase_if(s.conditions, [type](const DeploymentCondition& c) { return c.type == type; });
}

DeploymentCondition make_condition(std::string type, std::string status, std::string reason,
                                   std::string message, base::SystemTime now) {
  DeploymentCondition c;
  c.type = std::move(type);
  c.status = std::move(status);
  c.reason = std::move(reason);
  c.message = std::move(message);
  // The API keeps whole seconds: what is compared with what came back must have no more.
  c.last_update_time = c.last_transition_time = api::Time{std::chrono::floor<std::chrono::seconds>(now)};
  return c;
}

bool has_progress_deadline(const Deployment& d) noexcept {
  return d.spec.progress_deadline_seconds &&
         *d.spec.progress_deadline_seconds != std::numeric_limits<std::int32_t>::max();
}

DeploymentStatus counted_status(const Deployment& d, const ReplicaSets& sets, base::SystemTime now) {
  const auto all = totals(sets.all());
  DeploymentStatus s;
  s.observed_generation = d.metadata.generation;
  const auto count = [](std::int32_t n) { return n == 0 ? std::nullopt : std::optional(n); };
  s.replicas = count(all.actual);
  s.updated_replicas = count(sets.current ? sets.current->status.replicas : 0);
  s.ready_replicas = count(all.ready);
  s.available_replicas = count(all.available);
  s.unavailable_replicas = count(std::max(0, all.wanted - all.available));
  s.terminating_replicas = all.terminating;
  s.collision_count = d.status.collision_count;
  s.conditions = d.status.conditions;
  const bool enough = all.available >= wanted(d) - fenceposts(d).unavailable;
  set_condition(s, enough ? make_condition(available_type, "True", "MinimumReplicasAvailable",
                                           "Deployment has minimum availability.", now)
                          : make_condition(available_type, "False", "MinimumReplicasUnavailable",
                                           "Deployment does not have minimum availability.", now));
  return s;
}

DeploymentStatus rollout_status(const Deployment& d, const ReplicaSets& sets, base::SystemTime now) {
  auto s = counted_status(d, sets, now);
  if (!has_progress_deadline(d)) remove_condition(s, progressing_type);
  const auto* before = find_condition(d.status, progressing_type);
  const bool was_complete = s.replicas == s.updated_replicas && before && before->reason == reason_available;
  if (has_progress_deadline(d) && !was_complete) judge_progress(d, sets, s, now);
  carry_failure(sets, s, now);
  return s;
}

bool is_complete(const Deployment& d, const DeploymentStatus& s) noexcept {
  return s.updated_replicas.value_or(0) == wanted(d) && s.replicas.value_or(0) == wanted(d) &&
         s.available_replicas.value_or(0) == wanted(d) &&
         s.observed_generation.value_or(0) >= d.metadata.generation.value_or(0);
}

std::optional<DeploymentCondition> pause_condition(const Deployment& d, base::SystemTime now) {
  if (!has_progress_deadline(d)) return std::nullopt;
  const auto* c = find_condition(d.status, progressing_type);
  if (c && c->reason == reason_timed_out) return std::nullopt;  // The time-out is the more important news.
  const bool paused = d.spec.paused.value_or(false), known = c && c->reason == reason_paused;
  if (paused == known) return std::nullopt;
  return paused
             ? make_condition(progressing_type, "Unknown", reason_paused, "Deployment is paused", now)
             : make_condition(progressing_type, "Unknown", "DeploymentResumed", "Deployment is resumed", now);
}

std::optional<std::chrono::nanoseconds> recheck_after(const Deployment& d, const DeploymentStatus& s,
                                                      base::SystemTime now) {
  const auto* c = find_condition(d.status, progressing_type);
  if (!has_progress_deadline(d) || !c || is_complete(d, s) || c->reason == reason_timed_out)
    return std::nullopt;
  const auto since = c->last_update_time ? c->last_update_time->at : now;
  const auto left = since + std::chrono::seconds(*d.spec.progress_deadline_seconds) - now;
  // A second more, so that the deadline has passed for certain.
  return std::max<std::chrono::nanoseconds>(left, std::chrono::nanoseconds(0)) + std::chrono::seconds(1);
}

}  // namespace controllers::deployment
