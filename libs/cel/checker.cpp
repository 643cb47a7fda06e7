#include "cel/checker.hpp"
#include <algorithm>
#include <array>
#include <optional>
#include "cel/unification.hpp"

namespace cel {

namespace {

/// Names that stand for types, and the types they stand for as parse_type reads them.
struct TypeName {
  std::string_view name, type;
};
constexpr std::array type_names{
    TypeName{"bool", "bool"},
    TypeName{"bytes", "bytes"},
    TypeName{"double", "double"},
    TypeName{"dyn", "dyn"},
    TypeName{"int", "int"},
    TypeName{"list", "list(dyn)"},
    TypeName{"map", "map(dyn, dyn)"},
    TypeName{"null_type", "null"},
    TypeName{"string", "string"},
    TypeName{"type", "type"},
    TypeName{"uint", "uint"},
    TypeName{"optional_type", "optional(dyn)"},
    TypeName{"google.protobuf.Duration", "duration"},
    TypeName{"google.protobuf.Timestamp", "timestamp"},
    TypeName{"net.IP", "net.IP"},
    TypeName{"net.CIDR", "net.CIDR"},
};

std::string without_dot(const std::string& name) {
  return name.starts_with('.') ? name.substr(1) : name;
}

/// "a.b.c" of a chain of selections from a name; empty if it is none.
std::string qualified_name(const Expr& e) {
  if (e.kind == ExprKind::ident) return e.name;
  if (e.kind != ExprKind::select || e.test_only) return {};
  const std::string operand = qualified_name(*e.operand);
  return operand.empty() ? operand : operand + "." + e.name;
}

class Checker {
 public:
  Checker(const Environment& environment, TypePool& pool, std::vector<Issue>& issues)
      : environment_(environment), pool_(pool), issues_(issues), unification_(pool) {}

  void check(Expr& e) {
    switch (e.kind) {
      case ExprKind::literal:
        e.type = literal_type(e.literal);
        break;
      case ExprKind::ident:
        if (!resolve_name(e, e.name)) undeclared(e, e.name);
        break;
      case ExprKind::select:
        check_select(e);
        break;
      case ExprKind::call:
        check_call(e);
        break;
      case ExprKind::list:
        check_list(e);
        break;
      case ExprKind::map:
        check_map(e);
        break;
      case ExprKind::structure:
        for (Expr* a : e.args)
          check(*a);
        undeclared(e, e.name);
        break;
      case ExprKind::comprehension:
        check_comprehension(e, *e.comprehension);
        break;
    }
    checked_.push_back(&e);
  }

  /// Variables that nothing was found out about are dyn.
  void finish() {
    for (Expr* e : checked_)
      e->type = unification_.resolve(e->type, true);
    if (pool_.overgrown()) issues_.push_back({Issue::nowhere, "expression has too complex a type"});
  }

 private:
  void report(const Expr& at, std::string message) { issues_.push_back({at.offset, std::move(message)}); }
  void undeclared(Expr& e, const std::string& name) {
    report(e, "undeclared reference to '" + without_dot(name) + "' (in container '')");
    e.type = &types::error;
  }
  void mismatch(const Expr& at, const Type* expected, const Type* actual) {
    report(at, "expected type '" + format(*unification_.resolve(expected)) + "' but found '" +
                   format(*unification_.resolve(actual)) + "'");
  }

  static const Type* literal_type(const Literal& l) {
    switch (l.kind) {
      case Literal::Kind::null:
        return &types::null;
      case Literal::Kind::boolean:
        return &types::boolean;
      case Literal::Kind::integer:
        return &types::integer;
      case Literal::Kind::uinteger:
        return &types::uinteger;
      case Literal::Kind::floating:
        return &types::floating;
      case Literal::Kind::string:
        return &types::string;
      case Literal::Kind::bytes:
        return &types::bytes;
    }
    return &types::error;
  }

  const Type* local(const std::string& name) const {
    for (std::size_t i = scope_.size(); i-- > 0;)
      if (scope_[i].name == name) return scope_[i].type;
    return nullptr;
  }

  /// Makes an ident of `e` if `name` is a variable or a type.
  bool resolve_name(Expr& e, const std::string& name) {
    if (const Type* t = local(name)) {
      e.type = t;
      return true;
    }
    const std::string plain = without_dot(name);
    const auto& variables = environment_.variables();
    for (std::size_t i = 0; i < variables.size(); ++i)
      if (variables[i].name == plain) {
        become_ident(e, plain);
        e.variable = static_cast<int>(i);
        e.type = variables[i].type;
        return true;
      }
    const auto type = std::find_if(type_names.begin(), type_names.end(),
                                   [&](const TypeName& t) { return t.name == plain; });
    if (type == type_names.end()) return false;
    become_ident(e, plain);
    e.is_type_name = true;
    e.type = pool_.type_of(parse_type(type->type, pool_));
    return true;
  }

  static void become_ident(Expr& e, std::string name) {
    e.kind = ExprKind::ident;
    e.name = std::move(name);
    e.operand = nullptr;
  }

  void check_select(Expr& e) {
    // A whole chain may be the name of a variable or type, if it does not begin with a local one.
    if (const std::string name = qualified_name(e); !name.empty()) {
      const std::string first = name.substr(0, name.find('.', 1));
      if (!local(first) && resolve_name(e, name)) return;
    }
    check(*e.operand);
    const Type* result = field_of(e, *e.operand, e.name, false);
    e.type = e.test_only ? &types::boolean : result;
  }

  const Type* field_of(const Expr& at, const Expr& operand, const std::string& field, bool optional) {
    const Type* t = unification_.resolve(operand.type);
    const bool of_optional = is_optional(*t);
    if (of_optional) t = t->parameters[0];
    const Type* result = plain_field(at, t, field);
    return of_optional || optional ? pool_.optional(result) : result;
  }

  const Type* plain_field(const Expr& at, const Type* t, const std::string& field) {
    switch (t->kind) {
      case TypeKind::map:
        return t->parameters[1];
      case TypeKind::object:
        if (const Type* f = field_type(*t, field, pool_)) return f;
        report(at, "undefined field '" + field + "'");
        return &types::error;
      case TypeKind::parameter:
        unification_.assignable(&types::dyn, t);
        return &types::dyn;
      case TypeKind::dyn:
      case TypeKind::error:
        return &types::dyn;
      default:
        report(at, "type '" + format(*t) + "' does not support field selection");
        return &types::dyn;
    }
  }

  void check_call(Expr& e) {
    if (e.name == operators::optional_select) {
      check(*e.args[0]);
      check(*e.args[1]);
      e.function = environment_.functions().find(e.name);
      e.overloads = {&e.function->overloads.front()};
      e.type = field_of(e, *e.args[0], e.args[1]->literal.text, true);
      return;
    }
    for (Expr* a : e.args)
      check(*a);
    if (e.operand && call_of_qualified_name(e)) return;
    if (e.operand) check(*e.operand);
    const Function* f = environment_.functions().find(without_dot(e.name));
    if (!f) return undeclared(e, e.name);
    resolve_overloads(e, *f);
  }

  /// optional.of(x) looks like a member call; the function is called "optional.of".
  bool call_of_qualified_name(Expr& e) {
    const std::string prefix = qualified_name(*e.operand);
    if (prefix.empty()) return false;
    const Function* f = environment_.functions().find(without_dot(prefix) + "." + e.name);
    if (!f) return false;
    e.name = f->name;
    e.operand = nullptr;
    resolve_overloads(e, *f);
    return true;
  }

  void resolve_overloads(Expr& e, const Function& f) {
    e.function = &f;
    if (f.name == operators::logical_and || f.name == operators::logical_or) return check_logical(e, f);
    std::vector<const Type*> arguments;
    if (e.operand) arguments.push_back(e.operand->type);
    for (const Expr* a : e.args)
      arguments.push_back(a->type);
    for (const Overload& o : f.overloads)
      if (o.member == (e.operand != nullptr)) try_overload(e, o, arguments);
    if (e.type) return;
    for (const Type*& t : arguments)
      t = unification_.resolve(t, true);
    report(e, "found no matching overload for '" + f.name + "' applied to '" +
                  format_arguments(arguments, e.operand != nullptr) + "'");
    e.type = &types::error;
  }

  void try_overload(Expr& e, const Overload& o, const std::vector<const Type*>& arguments) {
    if (o.parameters.size() != arguments.size()) return;
    std::map<std::string, const Type*> names;
    std::vector<const Type*> parameters;
    for (const Type* p : o.parameters)
      parameters.push_back(unification_.instantiate(p, names));
    if (!unification_.assignable(arguments, parameters)) return;
    e.overloads.push_back(&o);
    const Type* result = unification_.resolve(unification_.instantiate(o.result, names));
    if (!e.type) {
      e.type = result;
    } else if (e.type->kind != TypeKind::dyn && !same(*e.type, *result)) {
      e.type = &types::dyn;
    }
  }

  void check_logical(Expr& e, const Function& f) {
    e.overloads = {&f.overloads.front()};
    e.type = &types::boolean;
    for (const Expr* a : e.args)
      if (!unification_.assignable(a->type, &types::boolean)) {
        mismatch(*a, &types::boolean, a->type);
        e.type = &types::error;
      }
  }

  /// The type of what is written after a '?', which must be an optional.
  const Type* unwrapped(const Expr& value) {
    const Type* t = unification_.resolve(value.type);
    if (is_optional(*t)) return t->parameters[0];
    if (t->kind != TypeKind::dyn && t->kind != TypeKind::error) mismatch(value, pool_.optional(t), t);
    return t;
  }

  const Type* joined(const Type* before, const Type* now) {
    if (!before) return now;
    return unification_.assignable(before, now) ? unification_.most_general(before, now) : &types::dyn;
  }

  void check_list(Expr& e) {
    const Type* element = nullptr;
    for (std::size_t i = 0; i < e.args.size(); ++i) {
      check(*e.args[i]);
      element = joined(element, e.optional_at(i) ? unwrapped(*e.args[i]) : e.args[i]->type);
    }
    e.type = pool_.list(element ? element : unification_.fresh());
  }

  void check_map(Expr& e) {
    const Type *key = nullptr, *value = nullptr;
    for (std::size_t i = 0; i < e.args.size(); i += 2) {
      check(*e.args[i]);
      key = joined(key, e.args[i]->type);
      check(*e.args[i + 1]);
      value = joined(value, e.optional_at(i / 2) ? unwrapped(*e.args[i + 1]) : e.args[i + 1]->type);
    }
    if (!key) {
      key = unification_.fresh();
      value = unification_.fresh();
    }
    e.type = pool_.map(key, value);
  }

  struct IterationTypes {
    const Type *first = nullptr, *second = nullptr;
  };

  IterationTypes iteration_types(const Expr& range, bool two) {
    const Type* t = unification_.resolve(range.type);
    switch (t->kind) {
      case TypeKind::list:
        if (two) return {&types::integer, t->parameters[0]};
        return {t->parameters[0]};
      case TypeKind::map:
        return {t->parameters[0], t->parameters[1]};
      case TypeKind::dyn:
      case TypeKind::error:
      case TypeKind::parameter:
        unification_.assignable(&types::dyn, t);
        return {&types::dyn, &types::dyn};
      default:
        report(range, "expression of type '" + format(*t) +
                          "' cannot be range of a comprehension (must be list, map, or dynamic)");
        return {&types::error, &types::error};
    }
  }

  void check_comprehension(Expr& e, Comprehension& c) {
    check(*c.range);
    check(*c.initial);
    const Type* accumulator = c.initial->type;
    const bool two = !c.second_variable.empty();
    const IterationTypes iteration = iteration_types(*c.range, two);
    scope_.push_back({c.accumulator, accumulator});
    scope_.push_back({c.variable, iteration.first});
    if (two) scope_.push_back({c.second_variable, iteration.second});
    check(*c.condition);
    expect(*c.condition, &types::boolean);
    check(*c.step);
    expect(*c.step, accumulator);
    scope_.resize(scope_.size() - (two ? 2 : 1));
    check(*c.result);
    scope_.pop_back();
    e.type = unification_.resolve(c.result->type);
  }

  void expect(const Expr& e, const Type* type) {
    if (!unification_.assignable(type, e.type)) mismatch(e, type, e.type);
  }

  struct Local {
    std::string name;
    const Type* type;
  };
  const Environment& environment_;
  TypePool& pool_;
  std::vector<Issue>& issues_;
  Unification unification_;
  std::vector<Local> scope_;
  std::vector<Expr*> checked_;
};

}  // namespace

void check(Ast& ast, const Environment& environment, TypePool& pool, std::vector<Issue>& issues) {
  Checker checker(environment, pool, issues);
  checker.check(*ast.root);
  checker.finish();
}

}  // namespace cel
