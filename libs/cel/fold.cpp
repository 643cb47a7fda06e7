#include "cel/fold.hpp"

namespace cel {

Value FoldNode::evaluate(Evaluation& e) const {
  const Value range = p_.range->evaluate(e);
  if (range.is_error()) return range;
  const Value initial = p_.initial->evaluate(e);
  if (initial.is_error()) return initial;
  e.local(p_.accumulator) = initial;
  if (!range.is(Kind::list) && !range.is(Kind::map))
    return e.fail("got '" + std::string(type_name(range)) + "', expected iterable type");
  const Value end = fold(e, range);
  if (e.stopped()) return e.cancelled();
  if (end.is_error() && p_.shape != Shape::general) return end;
  e.local(p_.accumulator) = end;
  return p_.result->evaluate(e);
}

Value FoldNode::fold(Evaluation& e, const Value& range) const {
  Builder builder;
  const auto keys = range.is(Kind::map) ? map_keys(e, range) : std::span<const Value>();
  const std::size_t size = range.is(Kind::map) ? keys.size() : list_size(range);
  for (std::size_t i = 0; i < size; ++i) {
    if (range.is(Kind::map)) {
      e.local(p_.variable) = keys[i];
      if (p_.two_variables) e.local(p_.second_variable) = map_find(e, range, keys[i]).value_or(Value());
    } else if (p_.two_variables) {
      e.local(p_.variable) = Value::integer(static_cast<std::int64_t>(i));
      e.local(p_.second_variable) = list_item(e, range, i);
    } else {
      e.local(p_.variable) = list_item(e, range, i);
    }
    if (const auto end = iterate(e, builder)) return *end;
  }
  switch (p_.shape) {
    case Shape::append:
      return builder.list.value();
    case Shape::insert:
    case Shape::merge:
      return builder.map.value(e);
    default:
      return e.local(p_.accumulator);
  }
}

std::optional<Value> FoldNode::iterate(Evaluation& e, Builder& builder) const {
  if (p_.shape != Shape::general) return build(e, builder);
  const Value go_on = p_.condition->evaluate(e);
  if (!go_on.is_true()) return e.local(p_.accumulator);
  e.local(p_.accumulator) = p_.step->evaluate(e);
  if (e.stopped()) return e.cancelled();
  return std::nullopt;
}

std::optional<Value> FoldNode::build(Evaluation& e, Builder& builder) const {
  // What the expressions that are not run would have cost: the accumulator's name, the list around the
  // element, the call.
  constexpr std::uint64_t append_cost = 12, insert_cost = 2;
  if (p_.filter) {
    const Value keep = p_.filter->evaluate(e);
    if (keep.is_error()) return keep;
    if (!keep.is(Kind::boolean)) return e.no_overload();
    if (!keep.as_boolean()) return std::nullopt;
  }
  const Value value = p_.value->evaluate(e);
  if (value.is_error()) return value;
  if (p_.shape == Shape::append) {
    builder.list.append(e, value);
    // Under a filter the accumulator's name is a branch of ?:, and costs nothing itself.
    if (!e.charge(append_cost)) return e.cancelled();
    return std::nullopt;
  }
  if (!e.charge(insert_cost)) return e.cancelled();
  if (p_.shape == Shape::merge) return merge(e, builder, value);
  const Value key = p_.key->evaluate(e);
  if (key.is_error()) return key;
  if (!is_key(key)) return e.fail("unsupported key type: " + std::string(type_name(key)));
  if (!builder.map.insert(e, key, value))
    return e.fail("insert failed: key " + text_of(key) + " already exists");
  return std::nullopt;
}

std::optional<Value> FoldNode::merge(Evaluation& e, Builder& builder, const Value& entries) const {
  if (!entries.is(Kind::map)) return e.no_overload();
  for (const Value& key : map_keys(e, entries)) {
    const Value value = map_find(e, entries, key).value_or(Value());
    if (value.is_error()) return value;
    if (!builder.map.insert(e, key, value))
      return e.fail("insert failed: key " + text_of(key) + " already exists");
  }
  return std::nullopt;
}

}  // namespace cel
