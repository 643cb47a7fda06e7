#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>
#include "api/types/apps_v1.hpp"

/// The Deployment controller. Decisions are pure functions of the Deployment and its ReplicaSets.
namespace controllers::deployment {

using api::apps::v1::Deployment;
using api::apps::v1::DeploymentStatus;
using api::apps::v1::ReplicaSet;

/// The ReplicaSets of one Deployment, apart: the one whose template is the Deployment's, and all others.
struct ReplicaSets {
  std::shared_ptr<const ReplicaSet> current;  ///< Null before it is made.
  std::vector<std::shared_ptr<const ReplicaSet>> old;
  std::vector<std::shared_ptr<const ReplicaSet>> all() const;  ///< `old`, then `current`.
};

/// `sets` belong to `d`. Of several with the Deployment's template the oldest is the current one.
ReplicaSets split(const Deployment& d, std::vector<std::shared_ptr<const ReplicaSet>> sets);

/// Equal, the pod-template-hash label aside.
bool same_template(const api::core::v1::PodTemplateSpec& a, const api::core::v1::PodTemplateSpec& b);

/// The stable hash of a template and a collision count, in upstream's alphabet of names: up to ten characters
/// that form no word.
std::string template_hash(const api::core::v1::PodTemplateSpec& pod_template, std::int32_t collision_count);

/// "<deployment>-<hash>", the deployment's part cut so that the whole stays a legal name of a pod's owner.
std::string replica_set_name(const std::string& deployment, const std::string& hash);

std::int32_t wanted(const Deployment& d) noexcept;  ///< spec.replicas, 1 where absent.
std::int32_t wanted(const ReplicaSet& rs) noexcept;

/// Sums over sets: of spec.replicas, status.replicas, status.readyReplicas, status.availableReplicas,
/// status.terminatingReplicas (nothing if one set does not tell).
struct Totals {
  std::int32_t wanted = 0, actual = 0, ready = 0, available = 0;
  std::optional<std::int32_t> terminating = 0;
};
Totals totals(const std::vector<std::shared_ptr<const ReplicaSet>>& sets) noexcept;

/// Older first, the name breaking ties.
bool created_before(const ReplicaSet& a, const ReplicaSet& b) noexcept;

inline constexpr const char* hash_label = "pod-template-hash";

}  // namespace controllers::deployment
