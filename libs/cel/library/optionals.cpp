#include "cel/collections.hpp"
#include "cel/function.hpp"

/// optional.of and what can be done with optionals. The evaluator runs or, orValue, a.?b and a[?b] itself.
namespace cel {

namespace {

using Args = std::span<const Value>;

Value of(Evaluation& e, Args a) {
  return e.optional(a[0]);
}

bool is_zero(const Value& v) {
  switch (v.kind()) {
    case Kind::null:
      return true;
    case Kind::boolean:
      return !v.as_boolean();
    case Kind::integer:
      return v.as_integer() == 0;
    case Kind::uinteger:
      return v.as_uinteger() == 0;
    case Kind::floating:
      return v.as_floating() == 0;
    case Kind::duration:
      return v.as_nanoseconds() == 0;
    case Kind::timestamp:
      return v.as_seconds() == timestamp_seconds_min && v.subsecond_nanoseconds() == 0;
    case Kind::optional:
      return !v.as_optional() || is_zero(*v.as_optional());
    default:
      return size_of(v) == 0U;
  }
}

Value of_non_zero_value(Evaluation& e, Args a) {
  return is_zero(a[0]) ? Value::none() : e.optional(a[0]);
}
Value none(Evaluation&, Args) {
  return Value::none();
}
Value value(Evaluation& e, Args a) {
  return a[0].as_optional() ? *a[0].as_optional() : e.fail_static("optional.none() dereference");
}
Value has_value(Evaluation&, Args a) {
  return Value::boolean(a[0].as_optional() != nullptr);
}

Value unwrap(Evaluation& e, Args a) {
  ListBuilder out;
  for (const Value& v : list_items(e, a[0])) {
    if (!v.is(Kind::optional)) return e.fail("value " + text_of(v) + " is not optional");
    if (v.as_optional()) out.append(e, *v.as_optional());
  }
  return out.value();
}

Value first(Evaluation& e, Args a) {
  return list_size(a[0]) == 0 ? Value::none() : e.optional(list_item(e, a[0], 0));
}
Value last(Evaluation& e, Args a) {
  const std::size_t n = list_size(a[0]);
  return n == 0 ? Value::none() : e.optional(list_item(e, a[0], n - 1));
}

}  // namespace

void add_optionals(FunctionTable& t) {
  t.add("optional_of", "optional.of(V): optional(V)", of);
  t.add("optional_ofNonZeroValue", "optional.ofNonZeroValue(V): optional(V)", of_non_zero_value);
  t.add("optional_none", "optional.none(): optional(V)", none);
  t.add("optional_value", "optional(V) -> value(): V", value);
  t.add("optional_hasValue", "optional(V) -> hasValue(): bool", has_value);
  t.add("optional_or_optional", "optional(V) -> or(optional(V)): optional(V)", nullptr);
  t.add("optional_orValue_value", "optional(V) -> orValue(V): V", nullptr);
  t.add("select_optional_field", "_?._(dyn, string): optional(V)", nullptr);
  t.add("list_optindex_optional_int", "_[?_](list(V), int): optional(V)", nullptr);
  t.add("optional_list_optindex_optional_int", "_[?_](optional(list(V)), int): optional(V)", nullptr);
  t.add("map_optindex_optional_value", "_[?_](map(K, V), K): optional(V)", nullptr);
  t.add("optional_map_optindex_optional_value", "_[?_](optional(map(K, V)), K): optional(V)", nullptr);
  t.add("list_first", "list(V) -> first(): optional(V)", first);
  t.add("list_last", "list(V) -> last(): optional(V)", last);
  t.add("optional_unwrap", "optional.unwrap(list(optional(V))): list(V)", unwrap);
  t.add("optional_unwrapOpt", "list(optional(V)) -> unwrapOpt(): list(V)", unwrap);
}

}  // namespace cel
