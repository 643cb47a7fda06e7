#pragma once
#include <string>
#include <vector>
#include "api/object.hpp"
#include "base/clock.hpp"

/// What the server says of a CustomResourceDefinition in its status. Pure.
/// Source: upstream's controllers of names, of non-structural schemas and of API approval.
namespace apiserver::custom_resources {

using api::Object;

/// Sets acceptedNames, NamesAccepted, NonStructuralSchema and KubernetesAPIApprovalPolicyConformant, and
/// Established once the names are accepted. `others`: all definitions of the group but this one. True if
/// anything changed.
bool update_status(Object& definition, const std::vector<const Object*>& others, base::SystemTime now);

}  // namespace apiserver::custom_resources
