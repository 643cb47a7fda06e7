#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>
#include "api/selector.hpp"
#include "api/status.hpp"
#include "apiserver/authentication/user.hpp"

/// May they do that? Source: Kubernetes documentation, "Authorization Overview".
namespace apiserver::authorization {

using authentication::UserInfo;

/// One question. Views into the request: valid while it is.
struct Attributes {
  const UserInfo* user = nullptr;
  std::string_view verb;         ///< Lower case: "get", "list", "deletecollection", "impersonate"...
  bool resource_request = true;  ///< False: `path` alone counts.
  std::string_view api_group, api_version, resource, subresource, namespace_;
  std::string_view name;  ///< Also for list and watch with fieldSelector metadata.name=x, as upstream.
  std::string_view path;  ///< Non-resource requests: "/healthz".
  const api::FieldSelector* field_selector = nullptr;  ///< Of list, watch and deletecollection; may be null.
};

enum class Verdict { deny, allow, no_opinion };
struct Decision {
  Verdict verdict = Verdict::no_opinion;
  std::string reason;  ///< For SubjectAccessReview and audit; upstream's wording.
};

/// A rule as SelfSubjectRulesReview lists it.
struct ResourceRule {
  std::vector<std::string> verbs, api_groups, resources, resource_names;
};
struct NonResourceRule {
  std::vector<std::string> verbs, urls;
};
struct RuleList {
  std::vector<ResourceRule> resource_rules;
  std::vector<NonResourceRule> non_resource_rules;
  bool incomplete = false;
  std::string evaluation_error;
};

/// Thread-safe, never blocks.
class Authorizer {
 public:
  virtual ~Authorizer() = default;
  virtual Decision authorize(const Attributes& a) const = 0;
  /// All that `user` may do in `ns`, added to `out`.
  virtual void rules_for(const UserInfo& user, std::string_view ns, RuleList& out) const = 0;
};

/// Asks each in order until one has an opinion. Before them all, group system:masters is allowed everything.
class UnionAuthorizer final : public Authorizer {
 public:
  explicit UnionAuthorizer(std::vector<std::shared_ptr<const Authorizer>> parts) : parts_(std::move(parts)) {}
  Decision authorize(const Attributes& a) const override;
  void rules_for(const UserInfo& user, std::string_view ns, RuleList& out) const override;

 private:
  std::vector<std::shared_ptr<const Authorizer>> parts_;
};

/// --authorization-mode=AlwaysAllow and AlwaysDeny.
std::shared_ptr<const Authorizer> always_allow();
std::shared_ptr<const Authorizer> always_deny();

/// The 403 a denied request gets, in upstream's words: `pods "x" is forbidden: User "u" cannot get resource
/// "pods" in API group "" in the namespace "default"`, or `forbidden: User "u" cannot get path "/metrics"`.
api::StatusError forbidden(const Attributes& a, std::string_view reason);

}  // namespace apiserver::authorization
