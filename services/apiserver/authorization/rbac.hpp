#pragma once
#include <boost/json/object.hpp>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>
#include "apiserver/authorization/authorizer.hpp"
#include "apiserver/authorization/policy_rule.hpp"
#include "base/error.hpp"

/// Role-based access control. Source: Kubernetes documentation, "Using RBAC Authorization".
namespace apiserver::authorization {

/// The state of RBAC at one moment, indexed by subject. Immutable. A decision takes microseconds with
/// thousands of roles and bindings: rules carry bit masks that reject most of them without comparing a
/// string.
class RbacSnapshot;

/// Keeps roles and bindings and makes snapshots of them. Fed by the resource caches. Thread-safe.
class RbacPolicy {
 public:
  enum class Kind { role, cluster_role, role_binding, cluster_role_binding };
  RbacPolicy();
  ~RbacPolicy();
  /// Adds or replaces an object (JSON of rbac.authorization.k8s.io/v1). The change is seen by the next
  /// decision.
  void put(Kind kind, const boost::json::object& object);
  void remove(Kind kind, std::string_view ns, std::string_view name);
  /// Rebuilt at most once a change, by whoever asks first.
  std::shared_ptr<const RbacSnapshot> snapshot() const;
  /// "roles" and so on of group rbac.authorization.k8s.io; false for any other resource.
  static bool kind_of(std::string_view resource, Kind& kind);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The RBAC mode: allow or no opinion, never deny.
class RbacAuthorizer final : public Authorizer {
 public:
  explicit RbacAuthorizer(std::shared_ptr<const RbacPolicy> policy) : policy_(std::move(policy)) {}
  Decision authorize(const Attributes& a) const override;
  void rules_for(const UserInfo& user, std::string_view ns, RuleList& out) const override;
  /// The rules themselves, for the escalation check.
  std::vector<PolicyRule> policy_rules_for(const UserInfo& user, std::string_view ns) const;

 private:
  std::shared_ptr<const RbacPolicy> policy_;
};

}  // namespace apiserver::authorization
