#pragma once
#include <optional>
#include "cel/evaluation.hpp"

/// == and the order of values. Source of the rules: cel-spec, "Equality" and "Ordering"; numbers of different
/// kinds compare by their value, other kinds are never equal to each other.
namespace cel {

/// A bool, or the error that looking at one of them gave. Lists of documents with x-kubernetes-list-type set
/// or map are equal in any order.
Value equal(Evaluation& e, const Value& a, const Value& b);
inline Value negated(const Value& v) {
  return v.is(Kind::boolean) ? Value::boolean(!v.as_boolean()) : v;
}
bool numbers_equal(const Value& a, const Value& b) noexcept;

/// Below 0, 0, above 0; or the error: kinds that cannot be compared, NaN.
struct Order {
  int order = 0;
  std::optional<Value> error;
};
Order compare(Evaluation& e, const Value& a, const Value& b);

/// a + b of lists of a document with x-kubernetes-list-type: sets keep what is new, maps replace by key.
Value merge_lists(Evaluation& e, const Value& a, const Value& b);

}  // namespace cel
