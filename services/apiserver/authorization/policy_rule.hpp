#pragma once
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>
#include "apiserver/authorization/authorizer.hpp"

namespace apiserver::authorization {

/// A rule of a Role or ClusterRole (rbac.authorization.k8s.io/v1 PolicyRule).
struct PolicyRule {
  std::vector<std::string> verbs, api_groups, resources, resource_names, non_resource_urls;

  static PolicyRule from_json(const boost::json::object& rule);
  boost::json::object to_json() const;
  /// Go's compact form, as escalation messages show it: {APIGroups:[""], Resources:["pods"], Verbs:["get"]}.
  std::string text() const;
  bool operator==(const PolicyRule&) const = default;
};
/// The "rules" member of a role; absent or null is none.
std::vector<PolicyRule> rules_of(const boost::json::object& role);
boost::json::array to_json(std::span<const PolicyRule> rules);

/// True if the rule allows the request. The plain statement of the semantics, against which CompiledRule is
/// tested.
bool rule_allows(const PolicyRule& rule, const Attributes& a);

/// A rule prepared for many questions: masks first, strings after.
class CompiledRule {
 public:
  explicit CompiledRule(PolicyRule rule);
  /// What a question needs to be compared by masks; computed once a question.
  struct Probe {
    const Attributes* attributes;
    std::string combined;  ///< "pods/log", or the plain resource.
    std::uint64_t verb_bit, group_bit, resource_bits;
    explicit Probe(const Attributes& a);
  };
  bool allows(const Probe& p) const;
  const PolicyRule& rule() const noexcept { return rule_; }

 private:
  PolicyRule rule_;
  std::uint64_t verbs_ = 0, groups_ = 0, resources_ = 0;
};

/// Which of `wanted` are not covered by `held`, broken into single verb, group, resource and name where
/// needed. Source: the escalation prevention of the RBAC documentation.
std::vector<PolicyRule> uncovered_rules(std::span<const PolicyRule> held, std::span<const PolicyRule> wanted);

}  // namespace apiserver::authorization
