#include "cel/ast.hpp"
#include <algorithm>
#include "cel/limits.hpp"

namespace cel {

Expr* Ast::add(ExprKind kind, std::size_t offset) {
  Expr& e = nodes_.emplace_back();
  e.kind = kind;
  e.offset = offset;
  return &e;
}

Expr* Ast::finished(Expr* e) {
  const auto above = [e](const Expr* child) {
    if (child) e->depth = std::max(e->depth, child->depth + 1);
  };
  above(e->operand);
  for (const Expr* a : e->args)
    above(a);
  if (const Comprehension* c = e->comprehension.get())
    for (const Expr* part : {c->range, c->initial, c->condition, c->step, c->result})
      above(part);
  if (e->depth > expression_depth_max) too_deep_ = true;
  return e;
}

bool Ast::overgrown() const noexcept {
  return nodes_.size() > expression_nodes_max;
}

Expr* Ast::literal(std::size_t offset, Literal value) {
  Expr* e = add(ExprKind::literal, offset);
  e->literal = std::move(value);
  return e;
}

Expr* Ast::ident(std::size_t offset, std::string name) {
  Expr* e = add(ExprKind::ident, offset);
  e->name = std::move(name);
  return e;
}

Expr* Ast::select(std::size_t offset, Expr* operand, std::string field, bool test_only) {
  Expr* e = add(ExprKind::select, offset);
  e->operand = operand;
  e->name = std::move(field);
  e->test_only = test_only;
  return finished(e);
}

Expr* Ast::call(std::size_t offset, std::string function, std::vector<Expr*> args, Expr* target) {
  Expr* e = add(ExprKind::call, offset);
  e->name = std::move(function);
  e->args = std::move(args);
  e->operand = target;
  return finished(e);
}

Expr* Ast::list(std::size_t offset, std::vector<Expr*> elements) {
  Expr* e = add(ExprKind::list, offset);
  e->args = std::move(elements);
  return finished(e);
}

Expr* Ast::map(std::size_t offset, std::vector<Expr*> entries) {
  Expr* e = add(ExprKind::map, offset);
  e->args = std::move(entries);
  return finished(e);
}

Expr* Ast::structure(std::size_t offset, std::string type_name, std::vector<Expr*> values) {
  Expr* e = add(ExprKind::structure, offset);
  e->name = std::move(type_name);
  e->args = std::move(values);
  return finished(e);
}

Expr* Ast::comprehension(std::size_t offset, Comprehension c) {
  Expr* e = add(ExprKind::comprehension, offset);
  e->comprehension = std::make_unique<Comprehension>(std::move(c));
  return finished(e);
}

Expr* Ast::copy(const Expr& from) {
  Expr* e = add(from.kind, from.offset);
  if (overgrown() || too_deep_) {
    e->kind = ExprKind::literal;
    return e;
  }
  e->test_only = from.test_only;
  e->name = from.name;
  e->literal = from.literal;
  e->optional = from.optional;
  if (from.operand) e->operand = copy(*from.operand);
  for (const Expr* a : from.args)
    e->args.push_back(copy(*a));
  if (from.comprehension) {
    const Comprehension& c = *from.comprehension;
    e->comprehension = std::make_unique<Comprehension>(
        Comprehension{copy(*c.range), c.variable, c.second_variable, c.accumulator, copy(*c.initial),
                      copy(*c.condition), copy(*c.step), copy(*c.result)});
  }
  return finished(e);
}

}  // namespace cel
