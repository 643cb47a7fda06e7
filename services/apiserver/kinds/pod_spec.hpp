#pragma once
#include "apiserver/kinds/common.hpp"

/// The rules of a PodSpec, shared by pods and by everything that holds a pod template.
namespace apiserver::kinds {

/// Upstream's defaults of a PodSpec (not those that hold for pods alone).
void default_pod_spec(Object& spec);
/// A PodTemplateSpec's: those of its spec.
void default_pod_template(Object& pod_template);
/// Containers, volumes, probes, resources, names: every error is added with its path below `path`.
void validate_pod_spec(const Object& spec, const Path& path, Errors& errors);
/// metadata.labels of the template against the selector's and the spec; `restart_policies` allowed there.
void validate_pod_template(const Object& pod_template, const Path& path,
                           std::initializer_list<std::string_view> restart_policies, Errors& errors);

/// "Guaranteed", "Burstable" or "BestEffort" from the containers' requests and limits.
std::string_view qos_class(const Object& spec);

/// The containers and images columns of workloads (-o wide).
std::string container_names(const Object& spec);
std::string container_images(const Object& spec);

}  // namespace apiserver::kinds
