#pragma once
#include "apiserver/kinds/checks.hpp"

/// Validation of the kinds of apps, and what ReplicationControllers share with it.
namespace apiserver::kinds {
void validate_deployment(const Object& o, Errors& errors);
void validate_replicaset(const Object& o, Errors& errors);
void validate_statefulset(const Object& o, Errors& errors);
void validate_daemonset(const Object& o, Errors& errors);
void validate_statefulset_update(const Object& o, const Object& old, Errors& errors);
void check_selector_immutable(const Object& o, const Object& old, Errors& errors);
/// status: counts are not negative, nor above status.replicas.
void validate_replica_status(const Object& o, const Object& old, Errors& errors);
void validate_statefulset_status(const Object& o, const Object& old, Errors& errors);
void validate_daemonset_status(const Object& o, const Object& old, Errors& errors);
}  // namespace apiserver::kinds
