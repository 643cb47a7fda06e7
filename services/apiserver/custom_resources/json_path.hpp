#pragma once
#include <boost/json/value.hpp>
#include <memory>
#include <string_view>
#include <vector>
#include "base/error.hpp"

namespace apiserver::custom_resources {

/// A path as printer columns, selectable fields and scale subresources have it: ".spec.replicas",
/// ".status.conditions[?(@.type==\"Ready\")].status", ".items[0]", "['a.b']", "[*]". What leads nowhere is
/// absent. Immutable. Source: the JSONPath page of kubectl; of it the parts that lead to one value.
class JsonPath {
 public:
  /// Error: invalid_argument with what is wrong.
  static base::Result<JsonPath> parse(std::string_view text);
  /// The values it leads to, in order; at most `results_max`.
  std::vector<const boost::json::value*> find(const boost::json::value& root) const;
  /// The first of them, or null.
  const boost::json::value* first(const boost::json::value& root) const;

  struct Step;

 private:
  std::vector<std::shared_ptr<const Step>> steps_;
};

}  // namespace apiserver::custom_resources
