#pragma once
#include <optional>
#include "controllers/deployment/replica_sets.hpp"

/// The annotations that tie ReplicaSets to revisions, which `kubectl rollout history|undo` read.
namespace controllers::deployment {

inline constexpr const char* revision_annotation = "deployment.kubernetes.io/revision";
inline constexpr const char* revision_history_annotation = "deployment.kubernetes.io/revision-history";
inline constexpr const char* desired_replicas_annotation = "deployment.kubernetes.io/desired-replicas";
inline constexpr const char* max_replicas_annotation = "deployment.kubernetes.io/max-replicas";

/// 0 where the annotation is absent or no number.
std::int64_t revision_of(const api::meta::v1::ObjectMeta& meta) noexcept;
std::optional<std::int32_t> desired_annotation(const ReplicaSet& rs) noexcept;
std::optional<std::int32_t> max_annotation(const ReplicaSet& rs) noexcept;

/// One above the highest revision of the old sets.
std::int64_t next_revision(const ReplicaSets& sets) noexcept;

/// Writes desired-replicas and max-replicas for the Deployment's size. True if something changed.
bool set_size_annotations(const Deployment& d, ReplicaSet& rs);

/// Brings the current set's annotations up to date: the Deployment's own (without kubectl's last-applied and
/// the ones above), and `revision` if it is higher; the revision it had goes to the history (at most 2,000
/// characters, the oldest dropped). `exists`: the set is on the server already; a new one gets the size
/// annotations too.
bool set_current_annotations(const Deployment& d, ReplicaSet& rs, std::int64_t revision, bool exists);

/// The old sets to delete so that spec.revisionHistoryLimit is kept: lowest revisions first, never one that
/// has pods or has not been observed yet.
std::vector<std::shared_ptr<const ReplicaSet>> plan_cleanup(const Deployment& d, const ReplicaSets& sets);

}  // namespace controllers::deployment
