#pragma once
#include <span>
#include "apiserver/kinds/kind.hpp"

/// The records, one file an API group (the core group has several). list.cpp names them all.
namespace apiserver::kinds {
std::span<const KindRecord> pod_records();            // pods, podtemplates
std::span<const KindRecord> core_workload_records();  // replicationcontrollers, services, endpoints
std::span<const KindRecord> core_cluster_records();   // nodes, namespaces, events, limits, quotas
std::span<const KindRecord> core_config_records();    // configmaps, secrets, serviceaccounts
std::span<const KindRecord> core_storage_records();   // persistentvolumes, persistentvolumeclaims
std::span<const KindRecord> apps_records();
std::span<const KindRecord> batch_records();
std::span<const KindRecord> autoscaling_records();
std::span<const KindRecord> rbac_records();
std::span<const KindRecord> coordination_records();
std::span<const KindRecord> discovery_records();
std::span<const KindRecord> networking_records();
std::span<const KindRecord> policy_records();
std::span<const KindRecord> storage_records();
std::span<const KindRecord> admission_records();
std::span<const KindRecord> extension_records();   // apiregistration
std::span<const KindRecord> definition_records();  // apiextensions
std::span<const KindRecord> dra_records();         // resource.k8s.io
std::span<const KindRecord> flowcontrol_records();
std::span<const KindRecord> certificates_records();
}  // namespace apiserver::kinds
