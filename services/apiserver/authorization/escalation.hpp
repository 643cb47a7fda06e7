#pragma once
#include <boost/json/object.hpp>
#include <string_view>
#include "api/status.hpp"
#include "apiserver/authorization/authorizer.hpp"
#include "apiserver/authorization/rbac.hpp"
#include "apiserver/lookup/lookup.hpp"

/// Nobody may grant what they do not hold. Call before storing a write to the four RBAC resources.
/// Source: Kubernetes documentation, "Privilege escalation prevention and bootstrapping".
namespace apiserver::authorization {

struct EscalationContext {
  const UserInfo* user;
  const Authorizer* authorizer;  ///< For the verbs "escalate" and "bind".
  const RbacAuthorizer* rbac;    ///< For the rules the user holds.
  const ObjectLookup* lookup;    ///< For the role a binding refers to.
};

/// `resource`: roles, clusterroles, rolebindings, clusterrolebindings. `old` is null on create; an update
/// that changes no rules (or neither subjects nor role) is always fine. Error: Forbidden with the missing
/// rules in upstream's form, or NotFound for the role of a binding.
api::StatusOr<void> check_escalation(std::string_view resource, const boost::json::object& object,
                                     const boost::json::object* old, const EscalationContext& context);

}  // namespace apiserver::authorization
