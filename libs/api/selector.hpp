#pragma once
#include <boost/json/object.hpp>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>
#include "base/error.hpp"

namespace api {

/// A label selector: all requirements hold. Immutable; an empty one matches everything.
class LabelSelector {
 public:
  enum class Operator { equals, not_equals, in, not_in, exists, not_exists, greater, less };
  struct Requirement {
    std::string key;
    Operator op;
    std::vector<std::string> values;
  };

  /// The query form: "app=web,tier in (a,b),!legacy". Errors: invalid_argument with upstream's wording.
  static base::Result<LabelSelector> parse(std::string_view text);
  /// From a metav1.LabelSelector (matchLabels, matchExpressions) as JSON.
  static base::Result<LabelSelector> from_json(const boost::json::object& selector);
  /// From plain labels (ReplicationController, Service).
  static LabelSelector from_labels(const std::map<std::string, std::string>& labels);
  static LabelSelector everything() { return {}; }
  static LabelSelector nothing();

  bool matches(const std::map<std::string, std::string>& labels) const;
  bool matches(const boost::json::object* labels) const;  ///< Null: no labels.
  /// With a lookup of a label's value by key, wherever the labels are kept.
  bool matches_with(const std::function<std::optional<std::string_view>(std::string_view)>& lookup) const;
  bool empty() const noexcept { return requirements_.empty() && !nothing_; }
  const std::vector<Requirement>& requirements() const noexcept { return requirements_; }
  std::string text() const;  ///< The query form, keys sorted.

 private:
  std::vector<Requirement> requirements_;
  bool nothing_ = false;
};

/// A field selector: "spec.nodeName=a,status.phase!=Failed".
class FieldSelector {
 public:
  struct Term {
    std::string field;
    bool equals;
    std::string value;
  };
  static base::Result<FieldSelector> parse(std::string_view text);
  const std::vector<Term>& terms() const noexcept { return terms_; }
  bool empty() const noexcept { return terms_.empty(); }
  /// The value an "=" term demands of `field`, if there is one.
  std::optional<std::string_view> required_value(std::string_view field) const noexcept;

 private:
  std::vector<Term> terms_;
};

}  // namespace api
