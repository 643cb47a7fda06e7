#pragma once
#include "apiserver/kinds/checks.hpp"
#include "apiserver/kinds/common.hpp"

/// The rules of a PodSpec, shared by pods and by everything that holds a pod template.
namespace apiserver::kinds {

/// Upstream's defaults of a PodSpec (not those that hold for pods alone).
void default_pod_spec(Object& spec);
/// A PodTemplateSpec's: those of its spec.
void default_pod_template(Object& pod_template);
/// Of one volume, or of a persistent volume's spec: what its type's members are when not given.
void default_volume_source(Object& volume);
/// Everything below spec; `is_pod`: of a pod, not of a template. `pod_name` may be empty.
void validate_pod_spec(const Part& spec, bool is_pod, std::string_view pod_name);
/// metadata and spec of a PodTemplateSpec, whatever holds it.
void validate_pod_template(const Part& pod_template);
/// The same for workloads: with their selector (null: not known), which the labels must match, and where
/// pods always restart. `kind` ("ReplicaSet") is named in messages.
void validate_workload_template(const Part& workload_spec, const Object* selector, std::string_view kind);

/// What may change in a pod that is there, by the main resource and by its subresources.
void validate_pod_update(const Object& pod, const Object& old, Errors& errors);
void validate_pod_status(const Object& pod, const Object& old, Errors& errors);
void validate_ephemeral_update(const Object& pod, const Object& old, Errors& errors);
void validate_resize(const Object& pod, const Object& old, Errors& errors);

/// "Guaranteed", "Burstable" or "BestEffort" from the containers' requests and limits.
std::string_view qos_class(const Object& spec);

/// The containers and images columns of workloads (-o wide).
std::string container_names(const Object& spec);
std::string container_images(const Object& spec);

}  // namespace apiserver::kinds
