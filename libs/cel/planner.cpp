#include "cel/planner.hpp"
#include <algorithm>
#include <optional>
#include "cel/fold.hpp"
#include "cel/limits.hpp"
#include "cel/run_cost.hpp"

namespace cel {

namespace {

class Planner {
 public:
  Planner() : plan_(std::make_unique<Plan>()) {
    plan_->constants =
        std::make_unique<Evaluation>(std::span<const Value>(), 0, UINT64_MAX, evaluation_bytes_max);
  }

  std::unique_ptr<const Plan> run(const Expr& root, std::string& problem) {
    plan_->root = plan(root);
    plan_->local_count = slot_count_;
    problem = std::move(problem_);
    return problem.empty() ? std::move(plan_) : nullptr;
  }

 private:
  /// `name_cost`: what the variable at the start of a chain costs; nothing where cel-go looks it up on the
  /// way to something else (an index, a branch of ?:).
  NodePtr plan(const Expr& e, std::uint64_t name_cost = 1) {
    switch (e.kind) {
      case ExprKind::literal:
        return constant(e.literal);
      case ExprKind::ident:
        return plan_ident(e, name_cost);
      case ExprKind::select:
        return plan_select(e, name_cost);
      case ExprKind::call:
        return plan_call(e, name_cost);
      case ExprKind::list:
        return plan_list(e);
      case ExprKind::map:
        return plan_map(e);
      case ExprKind::comprehension:
        return plan_comprehension(*e.comprehension);
      case ExprKind::structure:
        break;
    }
    return std::make_unique<ConstantNode>(Value());
  }

  NodePtr constant(const Literal& l) {
    switch (l.kind) {
      case Literal::Kind::null:
        return constant(Value());
      case Literal::Kind::boolean:
        return constant(Value::boolean(l.boolean));
      case Literal::Kind::integer:
        return constant(Value::integer(l.integer));
      case Literal::Kind::uinteger:
        return constant(Value::uinteger(l.uinteger));
      case Literal::Kind::floating:
        return constant(Value::floating(l.floating));
      case Literal::Kind::string:
        return constant(Value::string(keep(l.text)));
      case Literal::Kind::bytes:
        return constant(Value::bytes(keep(l.text)));
    }
    return constant(Value());
  }
  static NodePtr constant(Value v) { return std::make_unique<ConstantNode>(v); }
  static const Value* constant_of(const Node& n) {
    const auto* c = dynamic_cast<const ConstantNode*>(&n);
    return c ? &c->value() : nullptr;
  }
  const std::string& keep(std::string text) { return plan_->texts.emplace_back(std::move(text)); }

  NodePtr plan_ident(const Expr& e, std::uint64_t cost) {
    if (e.variable >= 0) return std::make_unique<VariableNode>(static_cast<std::size_t>(e.variable), cost);
    for (std::size_t i = scope_.size(); i-- > 0 && !e.is_type_name;)
      if (scope_[i].name == e.name) return std::make_unique<LocalNode>(scope_[i].slot, cost);
    return constant(Value::type(keep(e.name)));
  }

  /// cel-go's attributes: chains that start at a name. What comes of anything else is looked at through a new
  /// one, at a cost of 1.
  static bool is_attribute(const Expr& e) {
    if (e.kind == ExprKind::select) return !e.test_only;
    if (e.kind == ExprKind::ident) return !e.is_type_name;
    return e.kind == ExprKind::call && (e.name == operators::conditional || is_indexing(e));
  }
  static bool is_indexing(const Expr& e) {
    return e.name == operators::index || e.name == operators::optional_index ||
           e.name == operators::optional_select;
  }

  NodePtr select(const Expr& operand, std::string field, SelectNode::Mode mode, std::uint64_t name_cost) {
    SelectNode::Options o;
    o.field = std::move(field);
    o.mode = mode;
    o.cost = is_attribute(operand) ? 1 : 1 + name_cost;
    const Type* t = operand.type;
    if (t && is_optional(*t)) t = t->parameters[0];
    if (t && t->kind == TypeKind::object && t->schema) {
      o.schema = t->schema;
      o.property = t->schema->property_escaped(o.field);
    }
    return std::make_unique<SelectNode>(plan(operand, name_cost), std::move(o));
  }

  NodePtr plan_select(const Expr& e, std::uint64_t name_cost) {
    // has() costs its steps, and not the variable.
    if (e.test_only) return select(*e.operand, e.name, SelectNode::Mode::test, 0);
    return select(*e.operand, e.name, SelectNode::Mode::required, name_cost);
  }

  NodePtr plan_call(const Expr& e, std::uint64_t name_cost) {
    const std::string& f = e.name;
    if (f == operators::optional_select)
      return select(*e.args[0], e.args[1]->literal.text, SelectNode::Mode::optional, name_cost);
    if (is_indexing(e)) {
      const std::uint64_t cost = is_attribute(*e.args[0]) ? 1 : 1 + name_cost;
      return std::make_unique<IndexNode>(plan(*e.args[0], name_cost), plan(*e.args[1], 0),
                                         f == operators::optional_index, cost);
    }
    if (f == operators::conditional)
      return std::make_unique<ConditionalNode>(plan(*e.args[0]), plan(*e.args[1], 0), plan(*e.args[2], 0));
    if (f == operators::logical_and || f == operators::logical_or)
      return std::make_unique<LogicalNode>(plan(*e.args[0]), plan(*e.args[1]), f == operators::logical_or);
    if (f == operators::negation) return std::make_unique<NotNode>(plan(*e.args[0]));
    if (f == operators::not_strictly_false) return std::make_unique<NotStrictlyFalseNode>(plan(*e.args[0]));
    if (f == operators::equals || f == operators::not_equals)
      return std::make_unique<EqualNode>(plan(*e.args[0]), plan(*e.args[1]), f == operators::not_equals);
    if (f == "or" || f == "orValue")
      return std::make_unique<OptionalOrNode>(plan(*e.operand), plan(*e.args[0]), f == "orValue");
    return plan_function(e);
  }

  NodePtr plan_function(const Expr& e) {
    std::vector<NodePtr> args;
    if (e.operand) args.push_back(plan(*e.operand));
    for (const Expr* a : e.args)
      args.push_back(plan(*a));
    const bool decided = e.overloads.size() == 1;
    const RunCost cost =
        run_cost(e.name, decided ? std::string_view(e.overloads[0]->id) : std::string_view());
    if (decided && args.size() >= 2)
      if (const Value* second = constant_of(*args[1])) {
        if (e.overloads[0]->id == "in_list") return plan_in_constants(e, std::move(args), *second, cost);
        if (Regex regex = pattern(e.name, *second))
          return std::make_unique<RegexNode>(*e.overloads[0], std::move(args), std::move(regex), cost);
      }
    const bool conversion = args.size() == 1 && constant_of(*args[0]) && is_conversion(e.name);
    auto call = std::make_unique<CallNode>(e.overloads, std::move(args), cost);
    return conversion ? folded(std::move(call)) : std::move(call);
  }

  Regex pattern(const std::string& function, const Value& v) {
    if (!v.is(Kind::string) || (function != "matches" && function != "find" && function != "findAll"))
      return nullptr;
    return compile_regex(v.as_text(), problem_);
  }

  static NodePtr plan_in_constants(const Expr& e, std::vector<NodePtr> args, const Value& list,
                                   RunCost cost) {
    const auto items = list.as_items();
    const bool simple = std::all_of(items.begin(), items.end(),
                                    [](const Value& v) { return is_key(v) || v.is(Kind::floating); });
    if (items.empty()) return constant(Value::boolean(false));
    if (simple) return std::make_unique<InConstantsNode>(std::move(args[0]), items);
    return std::make_unique<CallNode>(e.overloads, std::move(args), cost);
  }

  static bool is_conversion(std::string_view f) {
    for (const auto name :
         {"bool", "bytes", "double", "duration", "dyn", "int", "string", "timestamp", "type", "uint"})
      if (f == name) return true;
    return false;
  }

  /// The constant a node without variables gives.
  NodePtr folded(NodePtr node) {
    try {
      const Value v = node->evaluate(*plan_->constants);
      if (!v.is_error()) return constant(v);
      problem_ = text_of(v);
      return node;
    } catch (const std::bad_alloc&) {
      return node;
    }
  }

  static bool has_optional(const Expr& e) {
    return std::find(e.optional.begin(), e.optional.end(), true) != e.optional.end();
  }
  static bool all_constant(const std::vector<NodePtr>& nodes) {
    return std::all_of(nodes.begin(), nodes.end(),
                       [](const NodePtr& n) { return constant_of(*n) != nullptr; });
  }

  NodePtr plan_list(const Expr& e) {
    std::vector<NodePtr> elements;
    for (const Expr* a : e.args)
      elements.push_back(plan(*a));
    if (!all_constant(elements) || has_optional(e))
      return std::make_unique<ListNode>(std::move(elements), e.optional);
    Value* items = plan_->constants->arena.array<Value>(elements.size());
    for (std::size_t i = 0; i < elements.size(); ++i)
      new (items + i) Value(*constant_of(*elements[i]));
    return constant(Value::list(std::span<const Value>(items, elements.size())));
  }

  NodePtr plan_map(const Expr& e) {
    std::vector<NodePtr> entries;
    for (const Expr* a : e.args)
      entries.push_back(plan(*a));
    const bool constants = all_constant(entries) && !has_optional(e);
    auto node = std::make_unique<MapNode>(std::move(entries), e.optional);
    // A key that is there twice is an error when the map is made, not before.
    if (!constants) return node;
    const std::string problem = problem_;
    NodePtr made = folded(std::move(node));
    problem_ = problem;
    return made;
  }

  NodePtr plan_comprehension(const Comprehension& c) {
    FoldNode::Parts p;
    p.range = plan(*c.range);
    p.initial = plan(*c.initial);
    p.accumulator = declare(c.accumulator);
    p.variable = declare(c.variable);
    p.two_variables = !c.second_variable.empty();
    if (p.two_variables) p.second_variable = declare(c.second_variable);
    if (!plan_shape(c, p)) {
      p.condition = plan(*c.condition);
      p.step = plan(*c.step);
    }
    scope_.resize(scope_.size() - (p.two_variables ? 2 : 1));
    p.result = plan(*c.result);
    scope_.pop_back();
    return std::make_unique<FoldNode>(std::move(p));
  }

  /// Slots are used again by folds beside each other, never within.
  std::size_t declare(const std::string& name) {
    scope_.push_back({name, scope_.empty() ? 0 : scope_.back().slot + 1});
    slot_count_ = std::max(slot_count_, scope_.size());
    return scope_.back().slot;
  }

  static bool is_call(const Expr& e, std::string_view function) {
    return e.kind == ExprKind::call && e.name == function;
  }
  static bool is_accumulator(const Expr& e, const Comprehension& c) {
    return e.kind == ExprKind::ident && e.name == c.accumulator;
  }

  /// Recognizes the steps of map, filter and the like, which would copy the accumulator each time.
  bool plan_shape(const Comprehension& c, FoldNode::Parts& p) {
    if (c.accumulator != accumulator_name) return false;
    const Expr* step = c.step;
    const Expr* filter = nullptr;
    if (is_call(*step, operators::conditional) && is_accumulator(*step->args[2], c)) {
      filter = step->args[0];
      step = step->args[1];
    }
    using Shape = FoldNode::Shape;
    if (is_call(*step, operators::add) && is_accumulator(*step->args[0], c) &&
        step->args[1]->kind == ExprKind::list && step->args[1]->args.size() == 1) {
      p.shape = Shape::append;
      p.value = plan(*step->args[1]->args[0]);
    } else if (is_call(*step, operators::map_insert)) {
      p.shape = step->args.size() == 3 ? Shape::insert : Shape::merge;
      if (step->args.size() == 3) p.key = plan(*step->args[1]);
      p.value = plan(*step->args.back());
    } else {
      return false;
    }
    if (filter) p.filter = plan(*filter);
    return true;
  }

  struct Local {
    std::string name;
    std::size_t slot;
  };
  std::unique_ptr<Plan> plan_;
  std::vector<Local> scope_;
  std::size_t slot_count_ = 0;
  std::string problem_;
};

}  // namespace

std::unique_ptr<const Plan> plan(const Ast& ast, std::string& problem) {
  return Planner().run(*ast.root, problem);
}

}  // namespace cel
