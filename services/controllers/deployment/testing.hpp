#pragma once
#include "controllers/deployment/replica_sets.hpp"
#include "controllers/deployment/revision.hpp"

/// Deployments and ReplicaSets in a line, for tests.
namespace controllers::deployment::testing {

inline Deployment deployment(std::int32_t replicas, api::IntOrString surge, api::IntOrString unavailable) {
  Deployment d;
  d.metadata.name = "web";
  d.metadata.namespace_ = "ns";
  d.metadata.uid = "d-uid";
  d.metadata.generation = 1;
  d.spec.replicas = replicas;
  d.spec.progress_deadline_seconds = 600;
  d.spec.strategy.emplace().type = "RollingUpdate";
  auto& rolling = d.spec.strategy->rolling_update.emplace();
  rolling.max_surge = surge;
  rolling.max_unavailable = unavailable;
  return d;
}

struct Shape {
  std::int32_t size = 0, available = 0;
};

/// Sets "current" and "old0", "old1" ... (older first), all pods existing, with size annotations if given.
inline ReplicaSets sets(Shape current, const std::vector<Shape>& old, int max = 0, int desired = 0) {
  const auto make = [&](std::string name, Shape s, int age) {
    ReplicaSet rs;
    rs.metadata.name = std::move(name);
    rs.metadata.creation_timestamp = api::Time{base::SystemTime{std::chrono::seconds(1'000'000 - age)}};
    if (max > 0) rs.metadata.annotations[max_replicas_annotation] = std::to_string(max);
    if (desired > 0) rs.metadata.annotations[desired_replicas_annotation] = std::to_string(desired);
    rs.spec.replicas = rs.status.replicas = s.size;
    rs.status.ready_replicas = rs.status.available_replicas = s.available;
    return std::make_shared<const ReplicaSet>(rs);
  };
  ReplicaSets out;
  out.current = make("current", current, 0);
  for (std::size_t i = 0; i < old.size(); ++i)
    out.old.push_back(make("old" + std::to_string(i), old[i], 100 - static_cast<int>(i)));
  return out;
}

}  // namespace controllers::deployment::testing
