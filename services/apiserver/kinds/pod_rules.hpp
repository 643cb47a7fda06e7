#pragma once
#include <map>
#include "apiserver/kinds/checks.hpp"

/// The parts of a PodSpec's validation, one file a topic, and what they share. pod_spec_validation.cpp calls
/// them in upstream's order.
namespace apiserver::kinds::pod {

using Volumes = std::map<std::string, const Object*, std::less<>>;  ///< The right ones, by name.

/// What a container's rules need to know of its pod.
struct Context {
  const Volumes& volumes;
  const std::set<std::string>& claims;  ///< Names in spec.resourceClaims.
  std::string_view restart_policy;
  std::optional<std::int64_t> grace_seconds;
  bool host_users = true;
};

/// What differs between a pod and a pod in a template.
struct Place {
  bool is_pod = false;
  std::string_view pod_name = {};  ///< Empty in templates.
};

Volumes validate_volumes(const Part& spec, const Place& place);
/// One volume's source. Source of the rules: upstream's reference of each volume type.
void validate_volume_source(const Part& volume, const Place& place);
/// The types that need nothing of the pod; those of persistent volumes too. False: not one of them.
bool validate_plain_source(std::string_view type, const Part& source, bool persistent);
void validate_projected(const Part& source);
void validate_downward_items(const Part& source, const Path& path);

void validate_containers(const Part& spec, const Context& context);
void validate_init_containers(const Part& spec, const Context& context);
void validate_ephemeral_containers(const Part& spec, const Context& context);
/// Of one container of any list.
void validate_env(const Part& container);
void validate_mounts(const Part& container, const Volumes& volumes);
void validate_probes(const Part& container, const Context& context);
void validate_container_security(const Part& container, bool host_users);
/// fieldRef and resourceFieldRef, of environment variables and of volumes.
void validate_field_ref(const Part& ref, Texts allowed);
void validate_resource_field_ref(const Part& ref, bool in_volume);

void validate_pod_security(const Part& spec);
void validate_operating_system(const Part& spec);
void validate_affinity(const Part& spec);
void validate_topology_spread(const Part& spec);
void validate_dns(const Part& spec);
void validate_tolerations(const Part& spec);
void validate_pod_resources(const Part& spec);
/// Annotations that still stand for fields.
void validate_annotations(const Part& pod);

/// Every container of every list with its path.
template <class F>
void each_container(const Part& spec, F f) {
  for (auto list : {"initContainers", "containers", "ephemeralContainers"})
    spec.each(list, f);
}

}  // namespace apiserver::kinds::pod

namespace apiserver::kinds {
/// A core NodeSelector: terms of expressions and fields.
void validate_node_selector(const Part& selector);
void validate_node_selector_term(const Part& term, bool check_values);
}  // namespace apiserver::kinds
