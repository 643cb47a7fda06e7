#pragma once
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>
#include "api/field_error.hpp"
#include "cel/limits.hpp"

/// The rules in a custom resource's schema (`x-kubernetes-validations`): checked when the definition is
/// written, run when an object is. A schema is given as the JSON of a definition's `openAPIV3Schema`
/// (JSONSchemaProps); the caller has found it structural before.
namespace cel {

struct RuleCheckOptions {
  /// The stored definition has this very schema already: a single rule may cost more than its limit, the
  /// schema's total may not.
  bool unchanged_schema = false;
};

/// Appends what upstream says of wrong rules: `rule`, `message`, `messageExpression`, `reason`, `fieldPath`
/// and `optionalOldSelf` malformed, expressions that do not compile or cost too much, `oldSelf` where values
/// cannot be correlated. `path` leads to the schema ("spec.versions[0].schema.openAPIV3Schema"); the errors
/// name rules as "PATH.properties[spec].x-kubernetes-validations[0].rule".
/// Expressions are looked at only where the rules' other fields are fine, as upstream does.
void check_schema_rules(const boost::json::object& schema, const api::field::Path& path,
                        const RuleCheckOptions& options, api::field::Errors& errors);

struct RuleOutcome {
  api::field::Errors errors;
  /// Failures that ratcheting forgives, since the value is as it was: text for `Warning` headers.
  std::vector<std::string> warnings;
  /// What is left of the budget; negative once it ran out (then `errors` says so).
  std::int64_t budget = 0;
};

/// The compiled rules of one schema. Immutable; safe to use from many threads at once.
class SchemaRules {
 public:
  /// Null where the schema has no rule at all. Never fails: a rule that does not compile (which
  /// check_schema_rules would have refused) reports itself whenever it is to be run.
  static std::shared_ptr<const SchemaRules> compile(const boost::json::object& schema);
  ~SchemaRules();

  /// Runs the rules on a whole object. `old_object`: null on create; on update the stored one (in the same
  /// version), for `oldSelf` and for ratcheting. Objects are pruned, defaulted and valid by the schema.
  /// Both must outlive the call only.
  RuleOutcome validate(const boost::json::object& object, const boost::json::object* old_object = nullptr,
                       std::int64_t budget = runtime_cost_budget) const;

 private:
  struct Node;
  explicit SchemaRules(std::unique_ptr<const Node> root);
  std::unique_ptr<const Node> root_;
};

}  // namespace cel
