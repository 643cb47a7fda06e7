#include "cel/node.hpp"
#include <array>
#include "cel/equality.hpp"
#include "cel/limits.hpp"
#include "cel/run_cost.hpp"

namespace cel {

Value VariableNode::evaluate(Evaluation& e) const {
  return e.charge(cost_) ? e.variable(index_) : e.cancelled();
}

Value LocalNode::evaluate(Evaluation& e) const {
  return e.charge(cost_) ? e.local(slot_) : e.cancelled();
}

std::optional<Value> SelectNode::find(Evaluation& e, const Value& operand) const {
  if (options_.property && operand.is(Kind::map) && operand.is_json() && operand.schema() == options_.schema)
    return find_property(e, operand.as_object(), *options_.property);
  if (!operand.is(Kind::map)) return std::nullopt;
  return map_find(e, operand, Value::string(options_.field));
}

Value SelectNode::evaluate(Evaluation& e) const {
  Value operand = operand_->evaluate(e);
  if (operand.is_error()) return operand;
  Mode mode = options_.mode;
  if (operand.is(Kind::optional)) {
    if (!operand.as_optional()) return mode == Mode::test ? Value::boolean(false) : operand;
    operand = *operand.as_optional();
    if (mode == Mode::required) mode = Mode::optional;
  }
  const auto found = find(e, operand);
  if (found || mode != Mode::optional)
    if (!e.charge(options_.cost)) return e.cancelled();
  if (mode == Mode::test) return found && found->is_error() ? *found : Value::boolean(found.has_value());
  if (!found) return mode == Mode::optional ? Value::none() : e.fail("no such key: " + options_.field);
  if (mode == Mode::required || found->is_error()) return *found;
  return e.optional(*found);
}

Value IndexNode::evaluate(Evaluation& e) const {
  Value operand = operand_->evaluate(e);
  if (operand.is_error()) return operand;
  bool optional = optional_;
  if (operand.is(Kind::optional)) {
    if (!operand.as_optional()) return operand;
    operand = *operand.as_optional();
    optional = true;
  }
  const Value key = key_->evaluate(e);
  if (key.is_error()) return key;
  if (!optional) {
    const Value found = lookup_required(e, operand, key);
    return e.charge(cost_) ? found : e.cancelled();
  }
  const auto found = lookup(e, operand, key);
  if (!found) return Value::none();
  if (!e.charge(cost_)) return e.cancelled();
  return found->is_error() ? *found : e.optional(*found);
}

Value LogicalNode::evaluate(Evaluation& e) const {
  const Value left = left_->evaluate(e);
  if (left.is(Kind::boolean) && left.as_boolean() == stops_at_) return left;
  if (e.stopped()) return e.cancelled();
  const Value right = right_->evaluate(e);
  if (e.stopped()) return e.cancelled();
  if (right.is(Kind::boolean) && (right.as_boolean() == stops_at_ || left.is(Kind::boolean))) return right;
  if (left.is_error()) return left;
  if (right.is_error()) return right;
  return e.no_overload();
}

Value NotNode::evaluate(Evaluation& e) const {
  const Value v = operand_->evaluate(e);
  if (v.is_error()) return v;
  if (!v.is(Kind::boolean)) return e.no_overload();
  return e.charge(1) ? Value::boolean(!v.as_boolean()) : e.cancelled();
}

Value ConditionalNode::evaluate(Evaluation& e) const {
  const Value c = condition_->evaluate(e);
  if (c.is_error()) return c;
  if (!c.is(Kind::boolean)) return e.no_overload();
  return (c.as_boolean() ? then_ : otherwise_)->evaluate(e);
}

Value EqualNode::evaluate(Evaluation& e) const {
  const Value left = left_->evaluate(e);
  if (e.stopped()) return e.cancelled();
  const Value right = right_->evaluate(e);
  if (left.is_error()) return left;
  if (right.is_error()) return right;
  const Value eq = equal(e, left, right);
  if (!e.charge(equality_cost(left, right))) return e.cancelled();
  return negate_ ? negated(eq) : eq;
}

Value OptionalOrNode::evaluate(Evaluation& e) const {
  const Value left = left_->evaluate(e);
  if (left.is_error()) return left;
  if (!left.is(Kind::optional)) return e.no_overload();
  if (!left.as_optional()) return right_->evaluate(e);
  return value_ ? *left.as_optional() : left;
}

Value NotStrictlyFalseNode::evaluate(Evaluation& e) const {
  const Value v = operand_->evaluate(e);
  if (!e.charge(1) || e.stopped()) return e.cancelled();
  return v.is(Kind::boolean) ? v : Value::boolean(true);
}

namespace {

/// Evaluates the arguments into `values`; the first error, if one has one.
std::optional<Value> evaluate_all(Evaluation& e, const std::vector<NodePtr>& nodes, Value* values) {
  std::optional<Value> problem;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    values[i] = nodes[i]->evaluate(e);
    if (values[i].is_error() && !problem) problem = values[i];
    if (e.stopped()) return e.cancelled();
  }
  return problem;
}

/// The arguments of a call: few are the rule.
class Arguments {
 public:
  Arguments(Evaluation& e, std::size_t count)
      : data_(count <= few_.size() ? few_.data() : e.arena.array<Value>(count)) {}
  Value* data() noexcept { return data_; }

 private:
  std::array<Value, 4> few_;
  Value* data_;
};

}  // namespace

CallNode::CallNode(std::vector<const Overload*> overloads, std::vector<NodePtr> args, RunCost cost)
    : overloads_(std::move(overloads)), args_(std::move(args)), cost_(cost) {}

Value CallNode::evaluate(Evaluation& e) const {
  Arguments args(e, args_.size());
  if (const auto problem = evaluate_all(e, args_, args.data())) return *problem;
  const std::span<const Value> values(args.data(), args_.size());
  const Value result = call(e, values);
  return e.charge(cost_(e, values, result)) ? result : e.cancelled();
}

Value CallNode::call(Evaluation& e, std::span<const Value> args) const {
  for (const Overload* o : overloads_)
    if (o->accepts(args)) return o->native(e, args);
  std::string types;
  for (const Value& a : args)
    types += (types.empty() ? "" : ", ") + std::string(type_name(a));
  const std::string& name = overloads_.front()->function->name;
  // Operators say no more than that they do not fit.
  if (name.starts_with('_') || name.starts_with('@') || name.starts_with('-')) return e.no_overload();
  return e.fail("no such overload: " + name + "(" + types + ")");
}

Value RegexNode::evaluate(Evaluation& e) const {
  Arguments args(e, args_.size());
  if (const auto problem = evaluate_all(e, args_, args.data())) return *problem;
  const std::span<const Value> values(args.data(), args_.size());
  if (!overload_.accepts(values)) return e.no_overload();
  const std::string& name = overload_.function->name;
  const std::string_view text = values[0].as_text();
  Value result;
  if (name == "matches") {
    result = regex_matches(e, *regex_, text);
  } else if (name == "find") {
    result = regex_find(e, *regex_, text);
  } else {
    result = regex_find_all(e, *regex_, text, values.size() > 2 ? values[2].as_integer() : -1);
  }
  return e.charge(cost_(e, values, result)) ? result : e.cancelled();
}

Value InConstantsNode::evaluate(Evaluation& e) const {
  const Value v = value_->evaluate(e);
  if (v.is_error()) return v;
  for (const Value& item : items_)
    if (equal(e, item, v).is_true()) return Value::boolean(true);
  return Value::boolean(false);
}

namespace {

constexpr std::uint64_t list_cost = 10, map_cost = 30;

/// What a value written with '?' stands for: nothing if it is none, an error if it is no optional.
std::optional<Value> unwrapped(Evaluation& e, const Value& v) {
  if (!v.is(Kind::optional))
    return e.fail("cannot initialize optional list element from non-optional value " + text_of(v));
  if (!v.as_optional()) return std::nullopt;
  return *v.as_optional();
}

}  // namespace

Value ListNode::evaluate(Evaluation& e) const {
  ListBuilder out;
  for (std::size_t i = 0; i < elements_.size(); ++i) {
    std::optional<Value> v = elements_[i]->evaluate(e);
    if (!v->is_error() && i < optional_.size() && optional_[i]) v = unwrapped(e, *v);
    if (!v) continue;
    if (v->is_error()) return *v;
    out.append(e, *v);
  }
  return e.charge(list_cost) ? out.value() : e.cancelled();
}

Value MapNode::evaluate(Evaluation& e) const {
  MapBuilder out;
  for (std::size_t i = 0; i < entries_.size(); i += 2) {
    const Value key = entries_[i]->evaluate(e);
    if (key.is_error()) return key;
    std::optional<Value> v = entries_[i + 1]->evaluate(e);
    if (!v->is_error() && i / 2 < optional_.size() && optional_[i / 2]) v = unwrapped(e, *v);
    if (!v) continue;
    if (v->is_error()) return *v;
    if (!is_key(key)) return e.fail("unsupported key type: " + std::string(type_name(key)));
    if (!out.insert(e, key, *v)) return e.fail("Failed with repeated key");
  }
  return e.charge(map_cost) ? out.value(e) : e.cancelled();
}

}  // namespace cel
