#include "cel/collections.hpp"
#include "cel/equality.hpp"
#include "cel/function.hpp"

/// < <= > >=, in, size, and the operators the evaluator itself runs, which the checker has to know.
namespace cel {

namespace {

using Args = std::span<const Value>;

template <bool (*holds)(int)>
Value ordered(Evaluation& e, Args a) {
  const Order o = compare(e, a[0], a[1]);
  return o.error ? *o.error : Value::boolean(holds(o.order));
}
bool less(int order) {
  return order < 0;
}
bool less_equals(int order) {
  return order <= 0;
}
bool greater(int order) {
  return order > 0;
}
bool greater_equals(int order) {
  return order >= 0;
}

Value in_list(Evaluation& e, Args a) {
  Value problem = Value::boolean(false);
  for (std::size_t i = 0; i < list_size(a[1]); ++i) {
    const Value eq = equal(e, list_item(e, a[1], i), a[0]);
    if (eq.is_true()) return eq;
    if (eq.is_error()) problem = eq;
  }
  return problem;
}

Value in_map(Evaluation& e, Args a) {
  const auto found = map_find(e, a[1], a[0]);
  if (found && found->is_error()) return *found;
  return Value::boolean(found.has_value());
}

Value size(Evaluation&, Args a) {
  return Value::integer(static_cast<std::int64_t>(size_of(a[0]).value_or(0)));
}

Value not_strictly_false(Evaluation&, Args a) {
  return a[0].is(Kind::boolean) ? a[0] : Value::boolean(true);
}

struct Comparison {
  const char *operation, *name;
  Native native;
};

void add_order(FunctionTable& t, const Comparison& c) {
  struct Pair {
    const char *suffix, *left, *right;
  };
  static constexpr Pair pairs[] = {{"bool", "bool", "bool"},
                                   {"int64", "int", "int"},
                                   {"int64_double", "int", "double"},
                                   {"int64_uint64", "int", "uint"},
                                   {"uint64", "uint", "uint"},
                                   {"uint64_double", "uint", "double"},
                                   {"uint64_int64", "uint", "int"},
                                   {"double", "double", "double"},
                                   {"double_int64", "double", "int"},
                                   {"double_uint64", "double", "uint"},
                                   {"string", "string", "string"},
                                   {"bytes", "bytes", "bytes"},
                                   {"timestamp", "timestamp", "timestamp"},
                                   {"duration", "duration", "duration"}};
  for (const Pair& p : pairs)
    t.add(std::string(c.name) + "_" + p.suffix,
          std::string(c.operation) + "(" + p.left + ", " + p.right + "): bool", c.native);
}

}  // namespace

void add_comparisons(FunctionTable& t) {
  for (const Comparison& c : {Comparison{"_<_", "less", ordered<less>},
                              {"_<=_", "less_equals", ordered<less_equals>},
                              {"_>_", "greater", ordered<greater>},
                              {"_>=_", "greater_equals", ordered<greater_equals>}})
    add_order(t, c);
  t.add("in_list", "@in(A, list(A)): bool", in_list);
  t.add("in_map", "@in(A, map(A, B)): bool", in_map);
  t.add("size_bytes", "size(bytes): int", size);
  t.add("bytes_size", "bytes -> size(): int", size);
  t.add("size_list", "size(list(A)): int", size);
  t.add("list_size", "list(A) -> size(): int", size);
  t.add("size_map", "size(map(A, B)): int", size);
  t.add("map_size", "map(A, B) -> size(): int", size);
  t.add("size_string", "size(string): int", size);
  t.add("string_size", "string -> size(): int", size);
  t.add("not_strictly_false", "@not_strictly_false(bool): bool", not_strictly_false);
  t.add("conditional", "_?_:_(bool, A, A): A", nullptr);
  t.add("logical_and", "_&&_(bool, bool): bool", nullptr);
  t.add("logical_or", "_||_(bool, bool): bool", nullptr);
  t.add("logical_not", "!_(bool): bool", nullptr);
  t.add("equals", "_==_(A, A): bool", nullptr);
  t.add("not_equals", "_!=_(A, A): bool", nullptr);
  t.add("index_list", "_[_](list(A), int): A", nullptr);
  t.add("index_map", "_[_](map(A, B), A): B", nullptr);
  t.add("@mapInsert_map_key_value", "cel.@mapInsert(map(K, V), K, V): map(K, V)", nullptr);
  t.add("@mapInsert_map_map", "cel.@mapInsert(map(K, V), map(K, V)): map(K, V)", nullptr);
  t.add("optional_list_index_int", "_[_](optional(list(V)), int): optional(V)", nullptr);
  t.add("optional_map_index_value", "_[_](optional(map(K, V)), K): optional(V)", nullptr);
}

}  // namespace cel
