#include <algorithm>
#include <numeric>
#include "cel/ast.hpp"
#include "cel/collections.hpp"
#include "cel/equality.hpp"
#include "cel/function.hpp"
#include "cel/limits.hpp"

/// cel-go's lists extension in its version 3: slice, flatten, sort, sortBy, reverse, distinct, lists.range.
namespace cel {

namespace {

using Args = std::span<const Value>;

Value slice(Evaluation& e, Args a) {
  const std::int64_t start = a[1].as_integer(), end = a[2].as_integer();
  const auto size = static_cast<std::int64_t>(list_size(a[0]));
  const auto cannot = [&](const std::string& why) {
    return e.fail("cannot slice(" + std::to_string(start) + ", " + std::to_string(end) + "), " + why);
  };
  if (start < 0 || end < 0) return cannot("negative indexes not supported");
  if (start > end) return cannot("start index must be less than or equal to end index");
  if (size < end) return cannot("list is length " + std::to_string(size));
  return Value::list(
      list_items(e, a[0]).subspan(static_cast<std::size_t>(start), static_cast<std::size_t>(end - start)));
}

void flatten_into(Evaluation& e, ListBuilder& out, const Value& list, std::int64_t depth) {
  for (const Value& v : list_items(e, list)) {
    if (v.is(Kind::list) && depth > 0) {
      flatten_into(e, out, v, depth - 1);
    } else {
      out.append(e, v);
    }
  }
}

Value flatten(Evaluation& e, Args a) {
  const std::int64_t depth = a.size() > 1 ? a[1].as_integer() : 1;
  if (depth < 0) return e.fail_static("level must be non-negative");
  ListBuilder out;
  flatten_into(e, out, a[0], depth);
  return out.value();
}

Value sort_by(Evaluation& e, Args a) {
  const auto items = list_items(e, a[0]), keys = list_items(e, a[1]);
  if (items.size() != keys.size())
    return e.fail(
        "@sortByAssociatedKeys() expected a list of the same size as the associated keys list, but got " +
        std::to_string(items.size()) + " and " + std::to_string(keys.size()) + " elements respectively");
  if (items.empty()) return a[0];
  // Every key is compared with the first before sorting, for the order to be total while it sorts.
  for (const Value& k : keys) {
    if (k.kind() != keys[0].kind()) return e.fail_static("list elements must have the same type");
    const Order o = compare(e, k, k);
    if (o.error)
      return o.error->failure().message == "no such overload"
                 ? e.fail_static("list elements must be comparable")
                 : *o.error;
  }
  std::vector<std::uint32_t> order(items.size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::uint32_t x, std::uint32_t y) { return compare(e, keys[x], keys[y]).order < 0; });
  ListBuilder out;
  for (const std::uint32_t i : order)
    out.append(e, items[i]);
  return out.value();
}

Value sort(Evaluation& e, Args a) {
  const Value both[] = {a[0], a[0]};
  return sort_by(e, both);
}

Value range(Evaluation& e, Args a) {
  ListBuilder out;
  for (std::int64_t i = 0; i < a[0].as_integer(); ++i)
    out.append(e, Value::integer(i));
  return out.value();
}

Value reverse(Evaluation& e, Args a) {
  const auto items = list_items(e, a[0]);
  ListBuilder out;
  for (std::size_t i = items.size(); i-- > 0;)
    out.append(e, items[i]);
  return out.value();
}

Value distinct(Evaluation& e, Args a) {
  // The cost is that of comparing each with each; large lists are stopped before they are looked at.
  const auto items = list_items(e, a[0]);
  if (static_cast<std::uint64_t>(items.size()) * items.size() > per_evaluation_comparisons_max)
    return e.cancelled();
  std::vector<Value> seen;
  for (const Value& v : items)
    if (std::none_of(seen.begin(), seen.end(), [&](const Value& s) { return equal(e, v, s).is_true(); }))
      seen.push_back(v);
  return e.list(seen);
}

}  // namespace

void add_list_extensions(FunctionTable& t) {
  t.add("list_slice", "list(T) -> slice(int, int): list(T)", slice);
  t.add("list_flatten", "list(list(T)) -> flatten(): list(T)", flatten);
  t.add("list_flatten_int", "list(dyn) -> flatten(int): list(dyn)", flatten);
  for (const std::string type : {"int", "uint", "double", "bool", "google.protobuf.Duration",
                                 "google.protobuf.Timestamp", "string", "bytes"}) {
    const std::string plain = type.ends_with("Duration")    ? "duration"
                              : type.ends_with("Timestamp") ? "timestamp"
                                                            : type;
    t.add("list_" + type + "_sort", "list(" + plain + ") -> sort(): list(" + plain + ")", sort);
    t.add("list_" + type + "_sortByAssociatedKeys",
          "list(T) -> " + std::string(operators::sort_by) + "(list(" + plain + ")): list(T)", sort_by);
  }
  t.add("lists_range", "lists.range(int): list(int)", range);
  t.add("list_reverse", "list(T) -> reverse(): list(T)", reverse);
  t.add("list_distinct", "list(T) -> distinct(): list(T)", distinct);
}

}  // namespace cel
