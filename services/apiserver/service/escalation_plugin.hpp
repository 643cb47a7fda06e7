#pragma once
#include <memory>
#include "apiserver/admission/plugin.hpp"
#include "apiserver/authorization/rbac.hpp"

namespace apiserver {

/// Nobody may grant what they do not hold: authorization/escalation.hpp as the last step of admission, where
/// the user, the object and its predecessor are at hand. Upstream asks in the storage of the four resources,
/// at the same moment.
class EscalationPlugin final : public admission::Plugin {
 public:
  /// `authorizer` and `rbac` outlive the plugin.
  EscalationPlugin(const authorization::Authorizer& authorizer, const authorization::RbacAuthorizer& rbac)
      : authorizer_(authorizer), rbac_(rbac) {}
  std::string_view name() const noexcept override { return "RBACEscalation"; }
  bool handles(admission::Operation operation) const noexcept override;
  admission::Outcome validate(const admission::Attributes& a,
                              const admission::Context& context) const override;

 private:
  const authorization::Authorizer& authorizer_;
  const authorization::RbacAuthorizer& rbac_;
};

}  // namespace apiserver
