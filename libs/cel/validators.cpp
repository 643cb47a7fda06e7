#include <algorithm>
#include "cel/checker.hpp"
#include "cel/convert.hpp"
#include "cel/regex.hpp"
#include "cel/string_format.hpp"
#include "cel/value.hpp"

namespace cel {

namespace {

bool is_literal(const Expr& e, Literal::Kind kind) {
  return e.kind == ExprKind::literal && e.literal.kind == kind;
}

class Validator {
 public:
  explicit Validator(std::vector<Issue>& issues) : issues_(issues) {}

  void visit(const Expr& e, bool in_format) {
    if (e.kind == ExprKind::call) visit_call(e);
    if (!in_format && e.kind == ExprKind::list) visit_list(e);
    if (!in_format && e.kind == ExprKind::map) visit_map(e);
    // What is formatted may be of different types.
    const bool inside = in_format || (e.kind == ExprKind::call && e.name == "format");
    if (e.operand) visit(*e.operand, inside);
    for (const Expr* a : e.args)
      visit(*a, inside);
    if (const Comprehension* c = e.comprehension.get())
      for (const Expr* part : {c->range, c->initial, c->condition, c->step, c->result})
        visit(*part, inside);
  }

 private:
  void report(const Expr& at, std::string message) { issues_.push_back({at.offset, std::move(message)}); }

  void visit_call(const Expr& e) {
    if (e.args.empty() || e.args[0]->kind != ExprKind::literal) {
      if (e.name == "format") visit_format(e);
      return;
    }
    const Expr& argument = *e.args[0];
    const bool text = is_literal(argument, Literal::Kind::string);
    bool fine = true;
    std::string ignored;
    if (e.name == "duration") {
      fine = !text || parse_duration(argument.literal.text).has_value();
    } else if (e.name == "timestamp") {
      const std::int64_t seconds = argument.literal.integer;
      fine = text ? parse_timestamp(argument.literal.text).has_value()
                  : seconds >= timestamp_seconds_min && seconds <= timestamp_seconds_max;
    } else if (e.name == "matches") {
      fine = !text || compile_regex(argument.literal.text, ignored) != nullptr;
    }
    if (!fine) report(argument, "invalid " + e.name + " argument");
  }

  void mismatch(const Expr& at, const Type& expected, const Type& actual) {
    report(at, "expected type '" + format(expected) + "' but found '" + format(actual) + "'");
  }

  static const Type& type_in(const Expr& e, bool optional) {
    return optional && !e.type->parameters.empty() ? *e.type->parameters[0] : *e.type;
  }

  void visit_list(const Expr& e) {
    for (std::size_t i = 1; i < e.args.size(); ++i) {
      const Type& first = type_in(*e.args[0], e.optional_at(0));
      const Type& this_one = type_in(*e.args[i], e.optional_at(i));
      if (!same(first, this_one)) return mismatch(*e.args[i], first, this_one);
    }
  }

  void visit_map(const Expr& e) {
    for (std::size_t i = 2; i < e.args.size(); i += 2) {
      if (!same(*e.args[0]->type, *e.args[i]->type)) mismatch(*e.args[i], *e.args[0]->type, *e.args[i]->type);
      const Type& first = type_in(*e.args[1], e.optional_at(0));
      const Type& this_one = type_in(*e.args[i + 1], e.optional_at(i / 2));
      if (!same(first, this_one)) mismatch(*e.args[i + 1], first, this_one);
    }
  }

  void visit_format(const Expr& e) {
    if (!e.operand || !is_literal(*e.operand, Literal::Kind::string)) return;
    if (e.args.size() != 1 || e.args[0]->kind != ExprKind::list) return;
    const auto& values = e.args[0]->args;
    std::size_t used = 0;
    bool reported = false;
    std::string problem;
    const auto clause = [&](const FormatClause& c) {
      if (used == values.size()) {
        problem = "index " + std::to_string(used) + " out of range";
        return false;
      }
      const Expr* wrong = c.letter == 's' ? not_a_string(*values[used]) : wrong_type(*values[used], c.letter);
      ++used;
      if (!wrong) return true;
      report(*wrong, "error during formatting: " + format_clause_error(c.letter, wrong->type->name));
      reported = true;
      return false;
    };
    const bool fine = parse_format(
        e.operand->literal.text, [](std::string_view) { return true; }, clause, problem);
    if (!fine && !reported) report(e, problem);
    if (fine && values.size() > used)
      report(e, "too many arguments supplied to string.format (expected " + std::to_string(used) + ", got " +
                    std::to_string(values.size()) + ")");
  }

  static const Expr* wrong_type(const Expr& e, char letter) {
    using enum TypeKind;
    const TypeKind k = e.type->kind;
    const bool whole = k == integer || k == uinteger || k == dyn;
    switch (letter) {
      case 'f':
      case 'e':
        return k == floating || k == string || k == dyn ? nullptr : &e;
      case 'b':
        return whole || k == boolean ? nullptr : &e;
      case 'x':
      case 'X':
        return whole || k == string || k == bytes ? nullptr : &e;
      default:
        return whole ? nullptr : &e;
    }
  }

  static const Expr* not_a_string(const Expr& e) {
    if (e.type->kind == TypeKind::object || e.type->kind == TypeKind::opaque) return &e;
    if (e.kind == ExprKind::list || e.kind == ExprKind::map)
      for (const Expr* a : e.args)
        if (const Expr* wrong = not_a_string(*a)) return wrong;
    return nullptr;
  }

  std::vector<Issue>& issues_;
};

}  // namespace

void validate_literals(const Ast& ast, std::vector<Issue>& issues) {
  Validator(issues).visit(*ast.root, false);
}

}  // namespace cel
