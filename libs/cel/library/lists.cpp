#include <cmath>
#include "cel/collections.hpp"
#include "cel/equality.hpp"
#include "cel/function.hpp"

/// Kubernetes' list functions: isSorted, sum, min, max, indexOf, lastIndexOf.
namespace cel {

namespace {

using Args = std::span<const Value>;

Value is_sorted(Evaluation& e, Args a) {
  const auto items = list_items(e, a[0]);
  for (std::size_t i = 1; i < items.size(); ++i) {
    const Order o = compare(e, items[i - 1], items[i]);
    if (o.error) return *o.error;
    if (o.order > 0) return Value::boolean(false);
  }
  return Value::boolean(true);
}

/// The last of the greatest where `sign` is 1, of the least where it is -1; items found equal keep the first.
template <int sign>
Value extreme(Evaluation& e, Args a) {
  const auto items = list_items(e, a[0]);
  if (items.empty()) return e.fail_static(sign > 0 ? "max called on empty list" : "min called on empty list");
  Value best = items[0];
  for (const Value& v : items.subspan(1)) {
    const Order o = compare(e, best, v);
    if (o.error) return *o.error;
    if (o.order * sign < 0) best = v;
  }
  return best;
}

Value sum_int(Evaluation& e, Args a) {
  std::int64_t sum = 0;
  for (const Value& v : list_items(e, a[0])) {
    if (!v.is(Kind::integer)) return v.is_error() ? v : e.no_overload();
    if (__builtin_add_overflow(sum, v.as_integer(), &sum)) return e.fail_static("integer overflow");
  }
  return Value::integer(sum);
}

Value sum_uint(Evaluation& e, Args a) {
  std::uint64_t sum = 0;
  for (const Value& v : list_items(e, a[0])) {
    if (!v.is(Kind::uinteger)) return v.is_error() ? v : e.no_overload();
    if (__builtin_add_overflow(sum, v.as_uinteger(), &sum)) return e.fail_static("unsigned integer overflow");
  }
  return Value::uinteger(sum);
}

Value sum_double(Evaluation& e, Args a) {
  double sum = 0;
  for (const Value& v : list_items(e, a[0])) {
    if (!v.is(Kind::floating)) return v.is_error() ? v : e.no_overload();
    sum += v.as_floating();
  }
  return Value::floating(sum);
}

Value sum_duration(Evaluation& e, Args a) {
  std::int64_t sum = 0;
  for (const Value& v : list_items(e, a[0])) {
    if (!v.is(Kind::duration)) return v.is_error() ? v : e.no_overload();
    if (__builtin_add_overflow(sum, v.as_nanoseconds(), &sum)) return e.fail_static("duration overflow");
  }
  return Value::duration(sum);
}

Value index_of(Evaluation& e, Args a) {
  for (std::size_t i = 0; i < list_size(a[0]); ++i)
    if (equal(e, list_item(e, a[0], i), a[1]).is_true()) return Value::integer(static_cast<std::int64_t>(i));
  return Value::integer(-1);
}

Value last_index_of(Evaluation& e, Args a) {
  for (std::size_t i = list_size(a[0]); i-- > 0;)
    if (equal(e, list_item(e, a[0], i), a[1]).is_true()) return Value::integer(static_cast<std::int64_t>(i));
  return Value::integer(-1);
}

}  // namespace

void add_lists(FunctionTable& t) {
  for (const std::string type :
       {"int", "uint", "double", "bool", "duration", "timestamp", "string", "bytes"}) {
    const std::string list = "list(" + type + ") -> ", id = "list_" + type;
    t.add(id + "_is_sorted_bool", list + "isSorted(): bool", is_sorted);
    t.add(id + "_max_" + type, list + "max(): " + type, extreme<1>);
    t.add(id + "_min_" + type, list + "min(): " + type, extreme<-1>);
  }
  t.add("list_int_sum_int", "list(int) -> sum(): int", sum_int);
  t.add("list_uint_sum_uint", "list(uint) -> sum(): uint", sum_uint);
  t.add("list_double_sum_double", "list(double) -> sum(): double", sum_double);
  t.add("list_duration_sum_duration", "list(duration) -> sum(): duration", sum_duration);
  t.add("list_a_index_of_int", "list(A) -> indexOf(A): int", index_of);
  t.add("list_a_last_index_of_int", "list(A) -> lastIndexOf(A): int", last_index_of);
}

}  // namespace cel
