#include "apiserver/service/escalation_plugin.hpp"
#include "apiserver/authorization/escalation.hpp"

namespace apiserver {

bool EscalationPlugin::handles(admission::Operation operation) const noexcept {
  return operation == admission::Operation::create || operation == admission::Operation::update;
}

admission::Outcome EscalationPlugin::validate(const admission::Attributes& a,
                                              const admission::Context& context) const {
  authorization::RbacPolicy::Kind kind{};
  const bool grants = a.group == "rbac.authorization.k8s.io" && a.subresource.empty() && a.object &&
                      authorization::RbacPolicy::kind_of(a.resource, kind);
  if (!grants) return {};
  const authorization::EscalationContext asked{a.user, &authorizer_, &rbac_, context.lookup};
  auto checked = authorization::check_escalation(a.resource, *a.object, a.old_object, asked);
  if (checked) return {};
  // The role of a binding, or what gave the user their rights, may have been written a moment ago.
  return admission::Rejection{checked.error(), true};
}

}  // namespace apiserver
