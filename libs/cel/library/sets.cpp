#include "cel/collections.hpp"
#include "cel/equality.hpp"
#include "cel/function.hpp"
#include "cel/limits.hpp"

/// cel-go's sets extension.
namespace cel {

namespace {

using Args = std::span<const Value>;

Value has(Evaluation& e, std::span<const Value> items, const Value& v) {
  Value problem = Value::boolean(false);
  for (const Value& item : items) {
    const Value eq = equal(e, item, v);
    if (eq.is_true()) return eq;
    if (eq.is_error()) problem = eq;
  }
  return problem;
}

Value contains_all(Evaluation& e, const Value& list, const Value& sublist) {
  const auto items = list_items(e, list);
  for (const Value& v : list_items(e, sublist)) {
    const Value found = has(e, items, v);
    if (!found.is_true()) return found;
  }
  return Value::boolean(true);
}

/// The cost is that of comparing each with each: what is too much is stopped before it is done.
bool affordable(Args a) {
  return list_size(a[0]) == 0 || list_size(a[1]) <= per_evaluation_comparisons_max / list_size(a[0]);
}

Value contains(Evaluation& e, Args a) {
  return affordable(a) ? contains_all(e, a[0], a[1]) : e.cancelled();
}

Value equivalent(Evaluation& e, Args a) {
  if (!affordable(a)) return e.cancelled();
  const Value found = contains_all(e, a[0], a[1]);
  return found.is_true() ? contains_all(e, a[1], a[0]) : found;
}

Value intersects(Evaluation& e, Args a) {
  if (!affordable(a)) return e.cancelled();
  const auto others = list_items(e, a[1]);
  for (const Value& v : list_items(e, a[0]))
    if (has(e, others, v).is_true()) return Value::boolean(true);
  return Value::boolean(false);
}

}  // namespace

void add_sets(FunctionTable& t) {
  t.add("list_sets_contains_list", "sets.contains(list(T), list(T)): bool", contains);
  t.add("list_sets_equivalent_list", "sets.equivalent(list(T), list(T)): bool", equivalent);
  t.add("list_sets_intersects_list", "sets.intersects(list(T), list(T)): bool", intersects);
}

}  // namespace cel
